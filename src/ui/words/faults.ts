/** What is injected at this hub, in words. Pure. */
import { count, counted } from '../design/format.ts'
import type { HubStatus } from '../../worker/api.ts'

/** `30 % of frames lost, 100 ms late each way, 2 hubs cut off`; nothing for none. */
export function faultsWords (faults: HubStatus['faults']): string {
  if (faults == null) return ''
  const { drop, delayMs, partition } = faults
  return [
    drop > 0 ? `${Math.round(drop * 1_000) / 10} % of frames lost` : null,
    delayMs > 0 ? `frames ${count(delayMs)} ms late each way` : null,
    partition.length > 0 ? `${counted(partition.length, 'hub')} cut off` : null
  ].filter(part => part != null).join(', ')
}

/** How a second hub comes about, in two steps: for the guide, and wherever no other hub is linked. */
import { CopyButton } from '../../design/copy-button.tsx'
import { Icon } from '../../design/marks.tsx'
import { invitationAddress, isLocalAddress, secondHub } from '../../shell/addresses.ts'
import './guide.css'

export function InvitationSteps ({ address, primary = false }: { address: string, primary?: boolean }) {
  const second = secondHub(address)
  const invitation = invitationAddress(address)
  return (
    <>
      <li>
        <Icon name="plus" size={20} />
        <b>Open a second hub</b>
        <p>It runs beside this one, in this browser. Watch the two meet.</p>
        <a className={primary ? 'button primary' : 'button'} href={second.url} target="_blank" rel="noopener">Open hub {second.name}</a>
      </li>
      <li>
        <Icon name="chain" size={20} />
        <b>Invite someone</b>
        <p>{isLocalAddress(invitation) ? 'Another browser on this machine joins at' : 'Send them this address and their tab joins:'} <code className="address">{invitation}</code></p>
        <CopyButton text={invitation} label="Copy address" className="button" />
      </li>
    </>
  )
}

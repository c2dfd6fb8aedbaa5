/** A process with a gobgpd of its own, to be killed. */
import { OwnGobgpd } from '../../src/daemon/own-gobgpd.ts'

new OwnGobgpd({ note() {} }).want(process.argv[2])

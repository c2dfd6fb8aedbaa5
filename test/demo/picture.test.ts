/** The picture of the README shows what the program prints today; all are as they are drawn. */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { healthPicture, healthPictureFile } from '../../demo/health-picture.ts'
import { picture, pictureFile } from '../../demo/picture.ts'
import { terminalSvg } from '../../demo/terminal.ts'

test('the picture is fresh: npm run picture', async () => {
  assert.is(readFileSync(pictureFile, 'utf8'), await picture())
})

test('so is that of health', () => {
  assert.is(readFileSync(healthPictureFile, 'utf8'), healthPicture())
})

test('text is drawn with its colours, and safely', () => {
  const svg = terminalSvg('a', ['\u001b[32m<ok> &\u001b[39m done'])
  assert.match(svg, '<tspan fill="#7ee787">&lt;ok&gt; &amp;</tspan> done</text>')
})

test.run()

import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { chromium, type Browser, type Page } from 'playwright-core';
import sharp from 'sharp';
import { RunningAppliance } from './appliance.js';
import { browserPath, withBrowser } from './browser.js';
import { content } from './content.js';
import { photoFile } from './pictures.js';

const photo = photoFile();
const quiet = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

withBrowser('an employee in the portal', () => {
  let appliance: RunningAppliance;
  let browser: Browser;
  let page: Page;
  /** Everything the page complained about: a breach of the policy, an error of its own, a call that failed. */
  const complaints: string[] = [];

  beforeAll(async () => {
    content.words('make it black and white', 'crop to a square', 'make the sunset more dramatic', 'make it a bit warmer');
    appliance = await RunningAppliance.start();
    browser = await chromium.launch({ executablePath: browserPath!, args: quiet });
    page = await browser.newPage({ viewport: { width: 1_280, height: 800 } });
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
  });
  afterAll(async () => {
    await browser.close();
    await appliance.end();
  });

  const sentence = () => page.getByLabel('What should change in the picture');
  const steps = () => page.getByRole('list').locator('.step');
  /** Waits until the balance says so: it is asked for again after the picture is there. */
  const leftIs = (units: number): Promise<void> => page.getByRole('button', { name: `${units.toLocaleString('en')} edits left. Explain` }).waitFor();
  const left = async (): Promise<number> => Number((await page.getByRole('button', { name: /edits left/ }).innerText()).replace(/\D/g, ''));

  it('signs in by the link, which leaves the address bar at once', async () => {
    // The limits come late, so that the picture below is chosen before they are known.
    await page.route('**/v1/limits', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      await route.continue();
    }, { times: 1 });
    await page.goto(appliance.signInUrl);
    await page.getByText('Choose a picture').waitFor();
    expect(page.url()).toBe(`${appliance.url}/`);
  });

  it('sees what will happen, edits, and compares by keyboard', async () => {
    await page.locator('input[type=file]').first().setInputFiles(photo);
    await sentence().fill('make it black and white');
    await page.getByRole('list', { name: 'What will happen' }).getByText('Black and white').waitFor();
    const before = await left();
    await sentence().press('Enter');
    const slider = page.getByRole('slider', { name: 'Compare before and after' });
    await slider.focus();
    await page.keyboard.press('ArrowRight');
    await page.locator('[aria-valuetext="52 % before, 48 % after"]').waitFor();
    await leftIs(before - 1);
  });

  it('chains, undoes and redoes without another charge, and saves what is shown', async () => {
    const before = await left();
    await sentence().fill('crop to a square');
    await sentence().press('Enter');
    await steps().nth(2).waitFor();
    await leftIs(before - 1);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Redo' }).click();
    await page.getByRole('button', { name: 'Redo' }).click();
    expect(await left()).toBe(before - 1);
    await page.getByText('PNG', { exact: true }).click();
    const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download' }).click()]);
    const bytes = await readFile(await saved.path());
    content.picture('download', bytes);
    const { width, height, format } = await sharp(bytes).metadata();
    const { channels } = await sharp(bytes).stats();
    expect([format, width === height]).toEqual(['png', true]);
    expect(Math.abs(channels[0]!.mean - channels[2]!.mean)).toBeLessThan(0.01);
  });

  it('sees that the appliance has deleted its copy, by a receipt that this browser checked', async () => {
    await page.getByRole('button', { name: 'Deletion receipt' }).click();
    await page.getByText('Deleted, and the receipt holds').waitFor({ timeout: 60_000 });
    for (const found of ['Signed by the appliance', /In the signed audit log, entry \d+/, 'About the picture that you sent', 'About the result on the canvas']) await page.getByText(found).waitFor();
    const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download receipt' }).click()]);
    expect(JSON.parse(await readFile(await saved.path(), 'utf8'))).toMatchObject({ receipt: { engine: 'exact', parcels: 'overwritten' }, nonce: expect.stringMatching(/^[0-9a-f]{64}$/) });
    await page.getByRole('button', { name: 'Close', exact: true }).click();
  });

  it('checks the audit log in this browser, as who may read it', async () => {
    await page.getByRole('button', { name: /^Menu of/ }).click();
    await page.getByRole('menuitem', { name: 'Audit log' }).click();
    await page.getByRole('button', { name: 'Check the log' }).click();
    await page.getByText(/^\d+ entries, all as they were signed$/).waitFor({ timeout: 60_000 });
    await page.getByText(/^appliance\.local\/audit\+[0-9a-f]{8}\+/).waitFor();
    const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download checkpoint' }).click()]);
    await page.locator('input[type=file]').last().setInputFiles(await saved.path());
    await page.getByRole('button', { name: 'Check the log' }).click();
    await page.getByText('The log goes on from the checkpoint that you gave.').waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Close', exact: true }).click();
  });

  it('reads what the appliance takes', async () => {
    await page.getByRole('button', { name: /^Menu of/ }).click();
    await page.getByRole('menuitem', { name: 'Limits' }).click();
    await page.getByText(/^up to [\d,]+ characters$/).waitFor();
    await page.getByRole('button', { name: 'Close', exact: true }).click();
  });

  it('is told what was not understood, and nothing is sent', async () => {
    await sentence().fill('make the sunset more dramatic');
    await page.getByText('Not understood: “sunset”, “dramatic”. Nothing is guessed, nothing is charged. No image model is loaded here').waitFor();
    const before = await left();
    await sentence().press('Enter');
    expect([await steps().count(), await left()]).toEqual([3, before]);
  });

  it('signs out, and the page has forgotten him', async () => {
    page.on('dialog', (dialog) => void dialog.accept());
    await page.getByRole('button', { name: /^Menu of/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByText('How to sign in').waitFor();
    // 401 after he has left, 409 while the receipt is not signed yet.
    const refused = complaints.filter((complaint) => !/\b(401|409)\b/.test(complaint));
    expect(refused).toEqual([]);
  });

  it('works on a phone, without scrolling sideways', async () => {
    const phone = await browser.newPage({ viewport: { width: 360, height: 740 } });
    await phone.goto(await freshLink(appliance));
    await phone.locator('input[type=file]').first().setInputFiles(photo);
    await phone.getByLabel('What should change in the picture').fill('make it a bit warmer');
    await phone.keyboard.press('Enter');
    await phone.getByRole('slider', { name: 'Compare before and after' }).waitFor();
    expect(await phone.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth')).toBe(true);
  });

  it('cannot use a sign-in link twice', async () => {
    const link = await freshLink(appliance);
    const first = await browser.newPage();
    await first.goto(link);
    await first.getByText('Choose a picture').waitFor();
    const second = await browser.newContext().then((context) => context.newPage());
    await second.goto(link);
    await second.getByText(/used already or has expired/).first().waitFor();
    expect(await second.getByText('Choose a picture').count()).toBe(0);
  });
});

async function freshLink(appliance: RunningAppliance): Promise<string> {
  const me = (await (await appliance.get('/v1/me')).json()) as { person: { id: string } };
  return ((await (await appliance.post(`/v1/admin/people/${me.person.id}/sign-in-link`, {})).json()) as { url: string }).url;
}

import { engines, outputFormats, type Balance, type Limits } from '@flux-context/contracts';
import { Command, InvalidArgumentError, Option } from 'commander';
import { findAppliance } from './appliance.js';
import { Client } from './client.js';
import { readConfig } from './config.js';
import { edit, type EditCall, type Streams } from './edit-command.js';
import { exitCodes, type ExitCode, UsageError } from './errors.js';
import { explain } from './explain.js';
import { describeBalance, describeLimits } from './figures.js';
import { readFromAppliance, readFromFolder, readFromWeb, type ReadLogFile } from './log-files.js';
import { modelsCommand } from './models-command.js';
import { fetchReceipt, type ReceiptCall } from './receipt-command.js';
import type { Surroundings } from './surroundings.js';
import { verifyLog, type VerifyLogCall } from './verify-command.js';
import { verifyReceipt, type VerifyReceiptCall } from './verify-receipt.js';

const notes = `
Which appliance:
  FLUX_URL, with FLUX_API_KEY or FLUX_API_KEY_FILE. Without them, the one that
  runs on this computer, by the credential in its data folder (DATA_DIR).

Exit codes:
  0 done   1 a file could not be written   2 wrong call   3 refused
  4 no edits left   5 not reachable or failed   6 the log, the receipt or
  the model is not what was signed or recorded   130 cancelled`;

const wholeNumber = (least: number, most: number) => (text: string): number => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}.`);
  return value;
};
const collect = (file: string, before: readonly string[] = []): string[] => [...before, file];

type Flags = Pick<EditCall, 'output'> & Partial<EditCall>;
const unflagged = { force: false, json: false, quiet: false, reference: [] };

function editCommand(run: (call: EditCall) => Promise<void>): Command {
  return new Command('edit')
    .description('Edit a picture. "-" stands for the standard input or output.')
    .argument('<picture>', 'JPEG, PNG, WebP, AVIF or HEIC')
    .argument('[instruction]', 'the edit in plain words')
    .requiredOption('-o, --output <file>', 'where to write the result; its extension decides the format')
    .addOption(new Option('--format <format>', 'format of the result').choices(outputFormats))
    .option('--quality <1-100>', 'for JPEG, WebP and AVIF', wholeNumber(1, 100))
    .option('--mask <file>', 'white where the picture may change')
    .option('--reference <file>', 'a picture to go by; may be given again', collect)
    .option('--plan <file>', 'a plan as JSON, instead of an instruction')
    .addOption(new Option('--engine <engine>', 'who edits').choices(['auto', ...engines]))
    .option('--seed <number>', 'for the same result again', wholeNumber(0, 4_294_967_295))
    .option('--receipt <file>', 'have the edit erased at once, and keep the signed receipt of that')
    .option('--force', 'overwrite an existing output')
    .option('--json', 'print the outcome as JSON')
    .option('--quiet', 'print nothing but errors')
    .action((picture: string, instruction: string | undefined, flags: Flags) => run({ ...unflagged, ...flags, picture, ...(instruction === undefined ? {} : { instruction }) }));
}

function figuresCommand<F extends Balance | Limits>(name: string, description: string, ask: () => Promise<F>, describe: (figures: F) => string[], { stdout }: Streams): Command {
  return new Command(name)
    .description(description)
    .option('--json', 'print it as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const figures = await ask();
      stdout.write(`${json ? JSON.stringify(figures) : describe(figures).join('\n')}\n`);
    });
}

function receiptCommand(run: (call: ReceiptCall) => Promise<void>): Command {
  return new Command('receipt')
    .description('Fetch the deletion receipt of an edit that is erased.')
    .argument('<edit id>', 'as edt_0123…')
    .option('-o, --output <file>', 'where to write it, instead of the standard output')
    .option('--nonce <hex>', 'the nonce that came with the edit, to be kept beside it')
    .option('--force', 'overwrite an existing file')
    .action((editId: string, flags: Partial<ReceiptCall>) => run({ force: false, ...flags, editId }));
}

function verifyReceiptCommand({ stdout, stderr }: Surroundings): Command {
  return new Command('receipt')
    .description('Check a deletion receipt, offline. Nothing is asked of the appliance.')
    .argument('<receipt>', 'the file')
    .option('--input <picture>', 'is this the picture that was sent?')
    .option('--output <picture>', 'is this the result?')
    .option('--nonce <hex>', 'the nonce that came with the edit, when it is not in the file')
    .option('--key <key>', 'the public key of receipts, as you were given it')
    .option('--log-key <key>', 'the public key of the log, as you were given it')
    .option('--checkpoint <file>', "a checkpoint that you kept, to be compared with the receipt's")
    .option('--log <folder>', 'a log that you kept with flux verify log --save: is the receipt in it?')
    .option('--json', 'print the outcome as JSON')
    .action((receipt: string, flags: Omit<VerifyReceiptCall, 'receipt'>) => verifyReceipt({ ...flags, receipt }, { stdout, stderr }));
}

function verifyCommand(appliance: ReadLogFile, surroundings: Surroundings): Command {
  const { stdout, stderr, signal } = surroundings;
  const log = new Command('log')
    .description('Check that the audit log is what its key has signed. Everything is computed on this computer.')
    .option('--url <address>', 'a copy that a web server hands out, instead of the appliance')
    .option('--directory <folder>', 'a copy in a folder, instead of the appliance')
    .option('--key <key>', 'the public key of the log, as you were given it')
    .option('--checkpoint <file>', 'a checkpoint that you kept: shows whether entries were cut off or rewritten since')
    .option('--save <folder>', 'keep the log there, for the next check and for other verifiers')
    .option('--json', 'print the outcome as JSON')
    .action((call: VerifyLogCall & { url?: string; directory?: string }) => {
      if (call.url !== undefined && call.directory !== undefined) throw new UsageError('Give either --url or --directory.');
      if (call.url !== undefined && !URL.canParse(call.url)) throw new UsageError('--url is not an address.');
      const read = call.directory !== undefined ? readFromFolder(call.directory) : call.url !== undefined ? readFromWeb(new URL(call.url), signal) : appliance;
      return verifyLog(read, call, { stdout, stderr });
    });
  return new Command('verify').description('Check what the appliance says about itself.').addCommand(log).addCommand(verifyReceiptCommand(surroundings));
}

/** Runs one command line (without `node` and the script) and answers with its exit code. Prints every failure itself. */
export async function runProgram(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const { stdout, stderr, env, cwd, signal } = surroundings;
  const client = async () => new Client(await findAppliance(await readConfig(env), cwd), signal);
  let instruction: string | undefined;
  const program = new Command('flux').helpCommand(false).description('Edit pictures by saying what to do, on your own appliance.').addHelpText('after', notes);
  program.addCommand(editCommand(async (call) => {
    instruction = call.instruction;
    await edit(await client(), call, surroundings);
  }));
  program.addCommand(figuresCommand('balance', 'Show how many edits are left.', async () => (await client()).balance(), describeBalance, surroundings));
  program.addCommand(figuresCommand('limits', 'Show what the appliance accepts.', async () => (await client()).limits(), describeLimits, surroundings));
  program.addCommand(receiptCommand(async (call) => fetchReceipt(await client(), call, surroundings)));
  program.addCommand(verifyCommand(readFromAppliance(client), surroundings));
  program.addCommand(modelsCommand(surroundings));
  for (const command of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)]) {
    command.exitOverride().configureOutput({ writeOut: (text) => void stdout.write(text), writeErr: (text) => void stderr.write(text) });
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    const { exitCode, lines, json } = explain(error, instruction);
    const text = args.includes('--json') && lines.length > 0 ? JSON.stringify(json) : lines.join('\n');
    if (text) stderr.write(`${text}\n`);
    return exitCode;
  }
}

import { Command, Option } from 'commander';
import { type ImportWish, Models, type PackWish, type Wish } from './models.js';
import type { Surroundings } from './surroundings.js';

const notes = `
Where models are:
  MODELS_DIR, or the folder "models" in the data folder of the appliance on
  this computer (DATA_DIR). These commands work on files alone; the appliance
  need not run.

Without internet:
  flux models pack flux.2-klein-4b -o klein.tar --key acme.key     outside
  flux models import klein.tar --keys /media/keys                  inside`;

const named = (name: string, description: string): Command => new Command(name).description(description).option('--json', 'print the outcome as JSON');
const measured = (name: string, description: string): Command => named(name, description).option('--quiet', 'print nothing but errors');

function importCommand(models: Models): Command {
  return measured('import', 'Install a model: an unmodified diffusers folder, or what `flux models pack` has written.')
    .argument('<folder or tar>', 'the folder that holds model_index.json, or the packed model')
    .option('--id <name>', 'the name of the model here; that of the folder otherwise')
    .addOption(new Option('--precision <precision>', 'fp16 writes BF16 weights anew as F16, which more graphics cards calculate with (default)').choices(['fp16', 'published']))
    .option('--keys <folder>', 'public keys, <key id>.pem each, of those whose packed models are trusted')
    .option('--no-self-test', 'do not load the model and make a small picture with it before it is installed')
    .addHelpText('after', '\nStopped in the middle, the same command goes on where it was.')
    .action((source: string, wish: ImportWish) => models.import(source, wish));
}

function packCommand(models: Models): Command {
  return measured('pack', 'Write an installed model as one signed file, for an appliance without internet.')
    .argument('<name>', 'the model')
    .requiredOption('-o, --output <file>', 'where to write it')
    .requiredOption('--key <file>', 'your private key, <key id>.key: Ed25519 in PEM form')
    .action((id: string, wish: PackWish) => models.pack(id, wish));
}

export function modelsCommand(surroundings: Surroundings): Command {
  const models = new Models(surroundings);
  return new Command('models')
    .description('Install, check and remove image models.')
    .helpCommand(false)
    .addHelpText('after', notes)
    .addCommand(named('list', 'Show the models that are installed.').action((wish: Wish) => models.list(wish)))
    .addCommand(importCommand(models))
    .addCommand(
      measured('verify', 'Read every byte of a model, or of all, and compare it with what was installed.')
        .argument('[name]', 'the model; all of them otherwise')
        .action((id: string | undefined, wish: Wish) => models.verify(id, wish)),
    )
    .addCommand(named('remove', 'Remove a model.').argument('<name>', 'the model').action((id: string, wish: Wish) => models.remove(id, wish)))
    .addCommand(packCommand(models));
}

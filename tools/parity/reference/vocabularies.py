"""
Tokenizers of 1024 entries in the files and with the machinery of the published ones: byte-level BPE (Qwen3), lower-casing BPE
with end-of-word marks (CLIP), and Unigram with SentencePiece's normalisation table (T5).
"""

import io
import json
from pathlib import Path

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers.convert_slow_tokenizer import import_protobuf

from .corpus import sentences

SIZE = 1024

# As Qwen3 has them at the top of its vocabulary; whether each is special is as published too.
_QWEN_ADDED = [("<|endoftext|>", True), ("<|im_start|>", True), ("<|im_end|>", True), ("<think>", False), ("</think>", False)]
_QWEN_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_CLIP_SPLIT = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"

# What Qwen3's template gives for one turn of the user, with thinking on (left open) or off (closed and empty).
_CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n"
    "{% if enable_thinking is defined and not enable_thinking %}<think>\n\n</think>\n\n{% endif %}{% endif %}"
)


def write_qwen(folder: Path) -> None:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(_QWEN_SPLIT), behavior="isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    _learn_bpe(tokenizer, SIZE - len(_QWEN_ADDED))
    tokenizer.add_tokens([AddedToken(text, special=special, normalized=False) for text, special in _QWEN_ADDED])
    _write(folder, tokenizer, {
        "tokenizer_class": "Qwen2Tokenizer",
        "add_prefix_space": False,
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "model_max_length": 131072,
        "chat_template": _CHAT_TEMPLATE,
    })


def write_clip(folder: Path) -> None:
    tokenizer = Tokenizer(models.BPE(unk_token="<|endoftext|>", end_of_word_suffix="</w>", continuing_subword_prefix=""))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(_CLIP_SPLIT), behavior="removed", invert=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False),
    ])
    tokenizer.decoder = decoders.ByteLevel()
    _learn_bpe(tokenizer, SIZE - 2)
    tokenizer.add_special_tokens([AddedToken("<|startoftext|>", normalized=True), AddedToken("<|endoftext|>")])
    tokenizer.post_processor = processors.RobertaProcessing(("<|endoftext|>", SIZE - 1), ("<|startoftext|>", SIZE - 2), trim_offsets=False, add_prefix_space=False)
    _write(folder, tokenizer, {
        "tokenizer_class": "CLIPTokenizer",
        "bos_token": "<|startoftext|>",
        "eos_token": "<|endoftext|>",
        "unk_token": "<|endoftext|>",
        "pad_token": "<|endoftext|>",
        "model_max_length": 77,
    })


def write_t5(folder: Path) -> None:
    pieces, normalisation = _learn_unigram(SIZE - 100)
    vocabulary = pieces + [(f"<extra_id_{number}>", 0.0) for number in range(99, -1, -1)]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=2, byte_fallback=False))
    tokenizer.normalizer = normalizers.Precompiled(normalisation)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.WhitespaceSplit(),
        pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=True),
    ])
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always", split=True)
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)])
    tokenizer.add_special_tokens(["<pad>", "</s>", "<unk>", *[f"<extra_id_{number}>" for number in range(99, -1, -1)]])
    _write(folder, tokenizer, {
        "tokenizer_class": "T5Tokenizer",
        "eos_token": "</s>",
        "pad_token": "<pad>",
        "unk_token": "<unk>",
        "extra_ids": 100,
        "model_max_length": 512,
    })


def _learn_bpe(tokenizer: Tokenizer, size: int) -> None:
    """All bytes come first, and all bytes that end a word where those have a mark, as in CLIP's vocabulary."""
    ending = tokenizer.model.end_of_word_suffix or ""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    atoms = alphabet + ([f"{atom}{ending}" for atom in alphabet] if ending else [])
    # A tokenizer to throw away, since it takes the trainer's special tokens as its own. They make it number the atoms always alike.
    learner = Tokenizer(models.BPE(end_of_word_suffix=ending))
    learner.normalizer, learner.pre_tokenizer = tokenizer.normalizer, tokenizer.pre_tokenizer
    learner.train_from_iterator(sentences(), trainers.BpeTrainer(vocab_size=size, special_tokens=atoms, end_of_word_suffix=ending, show_progress=False))
    merges = [tuple(pair) for pair in json.loads(learner.to_str())["model"]["merges"]]
    vocabulary = {piece: number for number, piece in enumerate(atoms + ["".join(pair) for pair in merges])}
    if len(vocabulary) != size:
        raise ValueError(f"the corpus gives {len(vocabulary)} entries, not {size}")
    tokenizer.model = models.BPE(vocabulary, merges, unk_token=tokenizer.model.unk_token, end_of_word_suffix=ending, continuing_subword_prefix="")


def _learn_unigram(size: int) -> tuple[list[tuple[str, float]], bytes]:
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences()), model_writer=model, model_type="unigram", vocab_size=size,
        pad_id=0, eos_id=1, unk_id=2, bos_id=-1, pad_piece="<pad>", hard_vocab_limit=False, num_threads=1, minloglevel=2,
    )
    proto = import_protobuf().ModelProto.FromString(model.getvalue())
    pieces = [(piece.piece, piece.score) for piece in proto.pieces]
    filled = [(f"▁unused{number}", -100.0) for number in range(size - len(pieces))]
    return pieces + filled, proto.normalizer_spec.precompiled_charsmap


def _write(folder: Path, tokenizer: Tokenizer, config: dict) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n")

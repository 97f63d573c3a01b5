"""
What the tokenizers of the published bundles must give: plain numbers, for whoever has the vocabularies.
`qwen3` is FLUX.2 klein's, `clip` and `t5` are FLUX.1 Kontext's. Special tokens in the text count as such.
"""

GOLDEN_IDS = {
    "qwen3": [
        {"text": "<|im_start|>user\n", "ids": [151644, 872, 198]},
        {"text": "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n", "ids": [151645, 198, 151644, 77091, 198, 151667, 271, 151668, 271]},
        {"text": "<|endoftext|>", "ids": [151643]},
    ],
    "clip": [{"text": "a photo of a cat", "ids": [49406, 320, 1125, 539, 320, 2368, 49407]}],
    "t5": [
        {"text": "A cat holding a sign that says hello world", "ids": [71, 1712, 3609, 3, 9, 1320, 24, 845, 21820, 296, 1]},
        {"text": "", "ids": [1]},
    ],
}

"""What the checks are called in Korean."""

from __future__ import annotations

LABELS = {
    "file_checksums": "파일 체크섬", "parameters": "파라미터 수", "tokenizer_post_processor": "토크나이저 후처리",
    "yes_no_tokens": "yes·no 토큰", "chat_template": "허브의 대화 템플릿", "hub_prompts": "허브의 프롬프트",
    "modules": "허브의 모듈", "image_preparation": "그림 전처리 설정", "prompt_text": "프롬프트", "token_ids": "토큰 번호",
    "pixel_values": "화소값", "pooling": "풀링", "normalisation": "정규화", "sigmoid": "시그모이드", "single": "하나씩",
    "batch": "묶음", "batch_half": "16비트 묶음", "padding_side": "채움 방향",
    "reference": "공개 규칙대로 실행",
    "notices_mean_pooling": "평균 풀링을 알아채는가", "notices_wrong_pad_side": "틀린 채움 방향을 알아채는가",
    "notices_missing_end_token": "빠진 끝 토큰을 알아채는가", "notices_text_before_image": "그림보다 앞선 글을 알아채는가",
    "notices_line_break_before_the_query": "질문 앞 줄바꿈을 알아채는가",
    "notices_padded_to_the_longest_only": "64토큰까지 채우지 않음을 알아채는가",
}

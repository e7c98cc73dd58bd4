"""Column names and outcome words as labs in China, Japan and Korea write them."""

from __future__ import annotations

from pressloop.trials.outcome import FailureMode

NAMES: dict[str, str] = {
    "pressure_mpa": "压力 压强 成型压力 圧力 加圧 加圧力 プレス圧 成形圧 荷重 "
                    "압력 가압 가압력 성형압 하중",
    "stack_pressure_mpa": "测试压力 拘束圧 拘束圧力 スタック圧 測定圧 스택압력 측정압력",
    "dwell_s": "时间 保压时间 时长 時間 保持時間 加圧時間 시간 유지시간 가압시간",
    "temperature_c": "温度 加热温度 加熱温度 プレス温度 온도 가열온도",
    "resistance_ohm_cm2": "电阻 阻抗 界面电阻 界面阻抗 面电阻 抵抗 界面抵抗 面積抵抗 "
                          "インピーダンス 저항 계면저항 면저항 임피던스",
    "resistance_se_ohm_cm2": "误差 标准误差 誤差 標準誤差 오차 표준오차",
    "failure_mode": "状态 结果 失效 失效模式 备注 状態 結果 判定 備考 "
                    "비고 결과 상태",
    "stack": "样品 样品号 样品编号 编号 电池 试样 試料 試料番号 試料名 サンプル 電池 "
             "시료 시료번호 시편 시편번호 시험편 샘플 셀",
    "lot": "批次 批号 粉末批次 ロット ロット番号 バッチ 로트 배치",
    "operator": "操作员 操作者 操作人 実験者 担当 担当者 作業者 작업자 실험자 담당자",
    "electrode area": "面积 电极面积 面積 電極面積 면적 전극면적",
    "electrode diameter": "直径 직경 지름",
    "thickness": "厚度 厚み 厚さ 두께",
    "conductivity": "电导率 离子电导率 伝導率 伝導度 イオン伝導度 전도도 이온전도도",
}
"""Whole names of each quantity."""
PARTS: dict[str, str] = {
    "pressure_mpa": "压力|圧力|プレス圧|荷重|압력",
    "dwell_s": "时间|時間|시간",
    "temperature_c": "温度|온도",
    "resistance_ohm_cm2": "抵抗|电阻|阻抗|저항|インピーダンス",
}
"""Patterns of names."""
NEVER: dict[str, str] = {
    "pressure_mpa": "测试|测量|拘束|測定|预压|予備|油压|油圧|스택|측정|예비|"
                    "时间|時間|시간|温度|온도",
    "dwell_s": "测试|静置|測定|静置|측정|温度|온도",
    "temperature_c": "测试|室温|烧结|測定|焼結|측정|실온|소결",
    "resistance_ohm_cm2": "体电阻|本体|バルク|벌크|误差|誤差|오차",
}
"""Patterns of names that mean something else."""
UNITS: dict[str, str] = {
    "分钟": " min ", "分鐘": " min ", "分間": " min ", "秒間": " s ", "秒钟": " s ", "小时": " h ",
    "小時": " h ", "時間": " h ", "시간": " h ", "分": " min ", "秒": " s ", "분": " min ",
    "초": " s ", "时": " h ", "兆帕": " MPa ", "千牛": " kN ", "吨": " t ",
    "トン": " t ", "톤": " t ",
    "微米": " um ", "毫米": " mm ", "厘米": " cm ", "欧姆": " ohm ", "欧": " ohm "}
"""Units, the longer spellings first."""
WORDS: dict[FailureMode | str, str] = {
    FailureMode.CRUSHED: "破碎 开裂 裂纹 断裂 碎裂 压碎 割れ 破損 破断 クラック "
                         "ひび割れ 균열 파손 깨짐",
    FailureMode.SHORTED: "短路 短絡 ショート 단락 쇼트",
    FailureMode.DELAMINATED: "脱层 分层 剥离 剥離 박리",
    "failed": "失败 失效 失敗 不良 不合格 실패 불량",
    "intact": "正常 良好 合格 完好 良品 異常なし 정상 양호 합격",
    "in work": "未测 待测 进行中 未測定 測定中 미측정 진행중",
}
"""What became of a stack, by the outcome."""

"""Names of columns in other languages than English, by what they mean.

Written without blanks and small, as headers are compared; accents may be left out of a header.
"""

from __future__ import annotations

from pressloop.trials.tables.columns.letters import without_marks

FREQUENCY = """frequenz frequence fréquence frecuencia frequenza frequência frequentie
    frekvens frekvence kmitočet frekvencia taajuus frekans częstotliwość
    częstość частота честота 频率 頻率 周波数 주파수"""
ANGULAR = "kreisfrequenz pulsation pulsación pulsazione круговаячастота 角频率 角周波数"
REAL = """realteil reell partieréelle réelle réel partereal partereale reale reëel
    reëledeel reëeldeel realdel reeldel reálnáčást reálná reálnásložka
    reálnačasť reaaliosa gerçekkısım gerçek gerçel reel częśćrzeczywista
    rzeczywista valósrész valós действительнаячасть действительная
    вещественнаячасть вещественная активнаясоставляющая активная
    дійсначастина дійсна реалначаст 实部 阻抗实部 實部 実部 実数部 실수부"""
IMAGINARY = """imaginärteil imaginär partieimaginaire imaginaire parteimaginaria imaginaria
    imaginario parteimaginária imaginária imaginário parteimmaginaria
    immaginaria immaginario imaginair imaginairedeel imaginairdeel
    imaginärdel imaginærdel imaginárníčást imaginární imaginárnísložka
    imaginárnačasť imaginaariosa imaginääriosa sanalkısım sanal imajiner
    częśćurojona urojona képzetesrész képzetes мнимаячасть мнимая
    реактивнаясоставляющая реактивная уявначастина уявна имагинерначаст 虚部
    阻抗虚部 虛部 虚数部 허수부"""
MODULUS = """impedanz scheinwiderstand betrag impédance module impedancia módulo
    impedância impedenza modulo impedantie impedans impedanssi empedans
    impedancja moduł импеданс модуль модульимпеданса полноесопротивление
    імпеданс 阻抗 模值 阻抗模值 インピーダンス 임피던스"""
PHASE = """phasenwinkel phasenverschiebung phasenlage déphasage fase ángulo
    ángulodefase fasehoek fas fasvinkel fasevinkel fáze fázovýúhel fáza
    vaihe vaihekulma faz fazaçısı faza kątfazowy przesunięciefazowe fázis
    fázisszög фаза фазовыйугол уголфазы сдвигфаз кутфази 相位 相位角 位相 位相角 위상
    위상각"""
RESISTANCE = """wirkwiderstand résistance resistencia resistenza resistência weerstand
    resistans rezystancja odpor direnç активноесопротивление опір 抵抗 直列抵抗 电阻
    電阻 저항"""
REACTANCE = """blindwiderstand réactance reactancia reattanza reatância reactantie reaktans
    reaktancja reaktance reaktans реактивноесопротивление 电抗 電抗 リアクタンス 리액턴스"""
_BARE = str.maketrans({"ł": "l", "ı": "i", "ø": "o", "æ": "ae", "ß": "ss"})


def without_accents(name: str) -> str:
    """The name as somebody writes it whose keyboard has no accents."""
    return without_marks(name.translate(_BARE))

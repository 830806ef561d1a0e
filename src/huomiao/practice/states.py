"""The choices of practice and exams, and which moves are allowed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Use(models.TextChoices):
    """What a question may be asked in. A question for exams never appears where people practise."""

    PRACTICE = "practice", _("练习")
    EXAM = "exam", _("考试")
    BOTH = "both", _("练习与考试")


class QuestionState(models.TextChoices):
    """Where the newest version of a question stands; what is published stays in use meanwhile."""

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待审核")
    PUBLISHED = "published", _("已审核")
    RETIRED = "retired", _("已停用")


QUESTION_MOVES: dict[QuestionState, frozenset[QuestionState]] = {
    QuestionState.DRAFT: frozenset({QuestionState.SUBMITTED, QuestionState.PUBLISHED, QuestionState.RETIRED}),
    QuestionState.SUBMITTED: frozenset({QuestionState.DRAFT, QuestionState.PUBLISHED, QuestionState.RETIRED}),
    QuestionState.PUBLISHED: frozenset({QuestionState.DRAFT, QuestionState.RETIRED}),
    QuestionState.RETIRED: frozenset({QuestionState.DRAFT}),
}


class Level(models.TextChoices):
    """The five levels of the national skill classification, lowest first, and what is for everybody."""

    ANY = "", _("不分等级")
    FIVE = "5", _("初级工（五级）")
    FOUR = "4", _("中级工（四级）")
    THREE = "3", _("高级工（三级）")
    TWO = "2", _("技师（二级）")
    ONE = "1", _("高级技师（一级）")


class TopicKind(models.TextChoices):
    """What a node of the knowledge tree is."""

    TRADE = "trade", _("工种")
    SUBJECT = "subject", _("科目")
    POINT = "point", _("知识点")


class ReportState(models.TextChoices):
    """A worker said that a key is wrong."""

    OPEN = "open", _("待处理")
    UPHELD = "upheld", _("属实，已更正")
    DISMISSED = "dismissed", _("不采纳")


class Mode(models.TextChoices):
    """How a paper of questions is practised; part of every attempt."""

    DRILL = "drill", _("专项练习")
    DAILY = "daily", _("每日一题")
    CHALLENGE = "challenge", _("每日挑战")
    WRONG = "wrong", _("错题重练")
    REVIEW = "review", _("复习")
    LEVEL = "level", _("闯关")
    SUDDEN = "sudden", _("挑战答题")
    DUEL = "duel", _("对战")
    MOCK = "mock", _("模拟考试")
    COURSE = "course", _("课程练习")


class DuelState(models.TextChoices):
    """How far a duel is; follows from its times and from what was handed in, and is stored nowhere."""

    WAITING = "waiting", _("等待对手")
    COUNTING = "counting", _("即将开始")
    RUNNING = "running", _("进行中")
    OVER = "over", _("已结束")


class Feedback(models.TextChoices):
    """When the right answer and its explanation are shown."""

    EACH = "each", _("每题答后")
    END = "end", _("交卷后")


class CampaignState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已发布")
    ENDED = "ended", _("已结束")
    CANCELLED = "cancelled", _("已取消")


CAMPAIGN_MOVES: dict[CampaignState, frozenset[CampaignState]] = {
    CampaignState.DRAFT: frozenset({CampaignState.PUBLISHED, CampaignState.CANCELLED}),
    CampaignState.PUBLISHED: frozenset({CampaignState.ENDED, CampaignState.CANCELLED}),
    CampaignState.ENDED: frozenset(),
    CampaignState.CANCELLED: frozenset(),
}


class Period(models.TextChoices):
    """What a board covers."""

    DAY = "day", _("今日")
    WEEK = "week", _("本周")
    MONTH = "month", _("本月")
    EVER = "ever", _("累计")


class CourseState(models.TextChoices):
    """The life of a course: what is closed takes nobody new, and lets those who began finish."""

    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已发布")
    CLOSED = "closed", _("已下架")


COURSE_MOVES: dict[CourseState, frozenset[CourseState]] = {
    CourseState.DRAFT: frozenset({CourseState.PUBLISHED}),
    CourseState.PUBLISHED: frozenset({CourseState.CLOSED}),
    CourseState.CLOSED: frozenset({CourseState.PUBLISHED}),
}


class SectionKind(models.TextChoices):
    """What a section of a course is made of."""

    TEXT = "text", _("图文")
    PICTURE = "picture", _("图片")
    VIDEO = "video", _("视频")
    PDF = "pdf", _("PDF")
    DRILL = "drill", _("随堂练习")


class ExamState(models.TextChoices):
    """The life of an exam: who may see what follows from it and from the clock."""

    DRAFT = "draft", _("草稿")
    ANNOUNCED = "announced", _("已发布")
    MARKING = "marking", _("阅卷中")
    REVIEWED = "reviewed", _("待公布成绩")
    RELEASED = "released", _("已公布成绩")
    CANCELLED = "cancelled", _("已取消")


EXAM_MOVES: dict[ExamState, frozenset[ExamState]] = {
    ExamState.DRAFT: frozenset({ExamState.ANNOUNCED, ExamState.CANCELLED}),
    ExamState.ANNOUNCED: frozenset({ExamState.MARKING, ExamState.CANCELLED}),
    ExamState.MARKING: frozenset({ExamState.REVIEWED}),
    ExamState.REVIEWED: frozenset({ExamState.MARKING, ExamState.RELEASED}),
    ExamState.RELEASED: frozenset({ExamState.MARKING}),
    ExamState.CANCELLED: frozenset(),
}


class PaperPlan(models.TextChoices):
    """How candidates get their questions."""

    FIXED = "fixed", _("统一试卷")
    EQUAL = "equal", _("多套平行卷")
    DRAWN = "drawn", _("每人抽题")


class Eligibility(models.TextChoices):
    """Who may sit an exam."""

    ROSTER = "roster", _("所选单位名册上的职工")
    LIST = "list", _("考生名单")


class SittingState(models.TextChoices):
    RUNNING = "running", _("答题中")
    SUBMITTED = "submitted", _("已交卷")
    VOID = "void", _("已作废")


class SubmitReason(models.TextChoices):
    """Why a sitting ended."""

    BY_HAND = "hand", _("考生交卷")
    TIME = "time", _("到时自动交卷")
    OFFICER = "officer", _("监考收卷")
    KEYED = "keyed", _("纸质答卷录入")


class SheetState(models.TextChoices):
    """Where one marker's sheet for one answer stands."""

    ASSIGNED = "assigned", _("未评")
    DRAFT = "draft", _("已评待锁定")
    LOCKED = "locked", _("已锁定")


class ThirdRule(models.TextChoices):
    """What an answer is worth when two markers disagreed and a third has marked it."""

    NEAREST = "nearest", _("三评与较近一评的平均分")
    THIRD = "third", _("以三评为准")
    MEAN = "mean", _("三评的平均分")


class RunState(models.TextChoices):
    """Where a run over all sittings of an exam stands."""

    RUNNING = "running", _("进行中")
    DONE = "done", _("已完成")


class RunCause(models.TextChoices):
    """Why all sittings are marked."""

    BEGUN = "begun", _("开始阅卷")
    CORRECTION = "correction", _("答案更正")
    CHECK = "check", _("复核全部成绩")


class CorrectionKind(models.TextChoices):
    """What becomes of an exam's question whose key was wrong."""

    KEY = "key", _("更正答案")
    ALL_RIGHT = "all_right", _("全体给满分")
    DROP = "drop", _("本题作废，其余题按比例折算")


class CorrectionState(models.TextChoices):
    DRAFT = "draft", _("待确认")
    APPLIED = "applied", _("已生效")
    DROPPED = "dropped", _("未采用")


class AppealState(models.TextChoices):
    """What became of a candidate's request to look at a result again."""

    OPEN = "open", _("待复核")
    UPHELD = "upheld", _("成绩已更正")
    KEPT = "kept", _("维持原成绩")


class Verdict(models.TextChoices):
    """What a person decided about a sitting with signals."""

    KEPT = "kept", _("成绩有效")
    VOID = "void", _("成绩作废")


class PaperSheetState(models.TextChoices):
    """Where the keying of one candidate's paper answer sheet stands."""

    WAITING = "waiting", _("待录入")
    ONCE = "once", _("已录一遍")
    DIFFERENT = "different", _("两遍不一致")
    DONE = "done", _("已入库")


class ImportState(models.TextChoices):
    """Where a file of questions stands between its upload and the bank."""

    READING = "reading", _("正在读取")
    MAPPING = "mapping", _("待指定各列")
    PREVIEW = "preview", _("待确认")
    WRITING = "writing", _("正在导入")
    DONE = "done", _("已导入")
    FAILED = "failed", _("无法读取")
    DROPPED = "dropped", _("已放弃")


class RowFate(models.TextChoices):
    """What a question of a file does to the bank."""

    NEW = "new", _("新增")
    CHANGED = "changed", _("更新")
    SAME = "same", _("无变化")
    DOUBLE = "double", _("重复")
    ERROR = "error", _("有问题")

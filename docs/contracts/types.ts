/**
 * Jobs and events of the Huntaze workers, as they travel in messages.
 *
 * Written by `python -m docs.contracts` from the Pydantic models; do not edit.
 * Fields unknown to this file are kept by the workers and may be added to events at any time.
 */

/** One thing the creator can do to present this video better. */
export interface Advice {
  /** What it is about: `title`, `caption`, `hook`, `length`, `price`, `posting_time`, … */
  topic: string;
  text: string;
  /** Index into `scenes` of the scene that the advice is about. */
  scene?: number | null;
  [unknown: string]: unknown;
}

/** One side of the content, judged. */
export interface Aspect {
  /** `composition`, `lighting`, `wording`, `engagement`, … */
  name: string;
  /** 100 is the best. */
  score: number;
  reason: string;
  [unknown: string]: unknown;
}

/** What an advice stands on. */
export type Basis = "given" | "general";

/** When to publish, in the creator's local time. */
export interface BestTime {
  /** Such as `Friday 18:00-21:00`. */
  when: string;
  /** Why then. */
  reason: string;
  /** `given` by the payload or the profile, or `general` knowledge. */
  basis?: Basis;
  [unknown: string]: unknown;
}

/** What the front end knows of the conversation; every part is optional. */
export interface ChatContext {
  /** How the fan is addressed. */
  fanName?: string | null;
  /** The fan's subscription, such as `vip`. */
  tier?: string | null;
  /** How the creator wants to sound, in fields or in words. */
  persona?: Persona | string | null;
  /** The conversation so far, the oldest first; also read as `messages` or `history`. */
  recentMessages?: (RecentMessage | string)[] | null;
  [unknown: string]: unknown;
}

/** The payload of a `chat.suggest` job. */
export interface ChatPayload {
  /** The message to answer. */
  fanMessage: string;
  /** Whatever is known makes the suggestions fit better. */
  context?: ChatContext | null;
  /** The front end's identifier of the conversation: its newest message makes earlier ones pointless. */
  conversationId?: string | number | null;
  /** The front end's identifier of the fan, who stands for the conversation where that has none. */
  fanId?: string | number | null;
  [unknown: string]: unknown;
}

/** The result of a `chat.suggest` job: exactly three distinct suggestions. */
export interface ChatResult {
  suggestions: Suggestion[];
  /** BCP 47 language of the suggestions. */
  language: string;
  /** The deployment that wrote them; `prewritten` for those that no model wrote. */
  model: string;
  /** Whether they were served again without asking the model. */
  cached?: boolean;
  /** Whether they are of the creator's bank of lines for everyday messages. */
  fromBank?: boolean;
  /** A newer message of the same conversation has come: these are to be ignored, and cost nothing. */
  superseded?: boolean;
  /** What is forbidden in the conversation; mostly nothing. */
  flags?: Flag[];
  [unknown: string]: unknown;
}

/** A smaller copy of the video, for delivery. */
export interface CompressedCopy {
  url: string;
  sizeBytes: number;
  width: number;
  height: number;
  [unknown: string]: unknown;
}

/** The payload of a `content.analyze` job. */
export interface ContentAnalysisPayload {
  /** The front end's identifier of the content, for its own use. */
  contentId?: string | number | null;
  /** What the URL leads to: `photo`, `video`, `post`, … */
  contentType: string;
  /** Where the content can be read, usually a presigned URL; it must outlive the job's deadline. */
  contentUrl: string;
  /** What to look at, such as `quality` or `engagement`; everything when absent. */
  analysisType?: string | null;
  [unknown: string]: unknown;
}

/** The result of a `content.analyze` job. */
export interface ContentAnalysisResult {
  summary: string;
  /** The whole, 100 being the best. */
  score: number;
  aspects?: Aspect[];
  strengths?: string[];
  /** What to change, the most useful first. */
  improvements?: string[];
  tags?: string[];
  /** What a platform's rules may object to; empty when nothing was found. */
  warnings?: string[];
  /** BCP 47 language of the texts. */
  language: string;
  /** The deployment that judged. */
  model: string;
  /** Whether it was served again without asking the model. */
  cached?: boolean;
  [unknown: string]: unknown;
}

/** The payload of a `content.suggest` job. */
export interface ContentSuggestionsPayload {
  /** Where it will be published, such as `onlyfans` or `instagram`. */
  platform: string;
  contentType: ContentType;
  /** Left to the model when absent. */
  tone?: Tone | null;
  topic?: string | null;
  /** Whatever else the creator wants respected; context for the model. Read by name: `language`, `persona`, `limits`, `forbiddenWords`, `currency`, `priceMin`, `priceMax`, `count` (3 to 5), `alreadyUsed` (titles not to be repeated) and when fans are active (`activeHours`, `audienceActivity`, `bestTimes`). */
  preferences?: Record<string, unknown> | null;
  [unknown: string]: unknown;
}

/** The result of a `content.suggest` job. */
export interface ContentSuggestionsResult {
  /** The best first. */
  ideas: Idea[];
  tone?: Tone | null;
  /** What the platform takes, and whether that is known for certain. */
  limits?: PlatformLimits | null;
  /** BCP 47 language of the ideas. */
  language: string;
  /** The deployment that wrote them. */
  model: string;
  /** Whether they were served again without asking the model. */
  cached?: boolean;
  [unknown: string]: unknown;
}

/** What kind of content an idea is for. */
export type ContentType = "post" | "message" | "ppv" | "story" | "photo" | "video";

/** What this analysis used up. */
export interface Costs {
  inputTokens?: number;
  outputTokens?: number;
  /** Sound that a speech service was paid for. */
  audioSeconds?: number;
  downloadedBytes?: number;
  cpuSeconds?: number;
  [unknown: string]: unknown;
}

/** What is broken in the file; the rest was analysed. */
export interface Damage {
  /** The share of the frames looked at that could not be decoded cleanly. */
  corruptFrames?: number;
  /** Where the readable part ends, if that is before the stated duration. */
  endsAtSeconds?: number | null;
  [unknown: string]: unknown;
}

/** Something that is seen in the video. */
export interface DetectedObject {
  label: string;
  /** Indexes into `scenes` of the scenes that show it: the evidence. */
  scenes?: number[];
  confidence?: number | null;
  [unknown: string]: unknown;
}

/** The body of a message on `huntaze-jobs`. */
export interface Envelope {
  /** Names the job; publishing the same one again asks for the same job. */
  jobId: string;
  /** What is asked for; the broker routes by the application property of the same name. */
  jobType: string;
  /** The creator who asks and is told: the tenant. */
  creatorId: string | number;
  /** What this kind of job needs. */
  payload: Record<string, unknown>;
  /** 0 when the front end publishes; the workers raise it when they try again. */
  attempt?: number;
  /** When the creator began to wait. */
  createdAt?: string | null;
  /** How long the creator waits, in milliseconds; the job type's own deadline when absent. */
  deadlineMs?: number | null;
  [unknown: string]: unknown;
}

/** Why a job did not complete, in words a creator understands. */
export interface EventError {
  /** One of the published error codes. */
  code: string;
  /** Safe to show to the creator. */
  message: string;
  [unknown: string]: unknown;
}

/** Something forbidden in a conversation; the suggestions beside it decline. */
export interface Flag {
  code: FlagCode;
  /** `rules` for a clear case, which no model was asked about; `model` for one that a model saw. */
  source: "rules" | "model";
  [unknown: string]: unknown;
}

/** What the platform forbids. */
export type FlagCode = "MINOR" | "MEETING_FOR_MONEY" | "OFF_PLATFORM_PAYMENT" | "DOXXING";

/** Whether the first seconds make people stay. */
export interface Hook {
  /** 0 (nobody stays) to 10 (nobody leaves). */
  strength: number;
  reason?: string | null;
  /** How to make it stronger. */
  advice?: string | null;
  [unknown: string]: unknown;
}

/** One idea, ready to be used or edited. */
export interface Idea {
  title: string;
  /** The caption, message or script itself, complete without the parts below. */
  text: string;
  /** The words or the picture that make fans stop. */
  hook?: string | null;
  /** Without the leading `#`. */
  hashtags?: string[];
  /** How long text and hashtags are together, as the platform counts. */
  length?: number | null;
  /** Always there; what it stands on is told. */
  bestTime?: BestTime | null;
  /** For `ppv` on a platform that sells. */
  price?: PriceIdea | null;
  /** What the fan is invited to do. */
  callToAction?: string | null;
  /** Why it may work for this creator and platform. */
  reason?: string | null;
  [unknown: string]: unknown;
}

/** The body of a message on `huntaze-events`. */
export interface JobEvent {
  /** `job.` and the status, or `job.enriched` when a late part of the result arrives. */
  eventType: string;
  jobId: string;
  /** Absent when the message that asked for the job named none. */
  jobType?: string | null;
  /** Absent when the message that asked for the job named none. */
  creatorId?: string | null;
  status: JobStatus;
  /** Per cent; 100 when the job has ended, however it did. */
  progress: number;
  /** One sentence on what happened. */
  message: string;
  /** What a completed job answers; its shape depends on the job type. */
  result?: Record<string, unknown> | null;
  /** Where to fetch a result that is too large for an event. */
  resultUrl?: string | null;
  /** Why the job did not complete. */
  error?: EventError | null;
  /** When it happened: UTC, ISO 8601 with milliseconds. */
  updatedAt: string;
  [unknown: string]: unknown;
}

/** A job's state as the front end sees it. */
export type JobStatus = "processing" | "completed" | "failed" | "timeout";

/** A part of the analysis that may be left out. */
export type Part = "scenes" | "objects" | "transcript" | "advice" | "thumbnail" | "compressed_copy" | "vision" | "synthesis";

/** How the creator wants to sound. */
export interface Persona {
  /** Who speaks. */
  name?: string | null;
  /** Manner of speaking, such as `warm, teasing`. */
  style?: string | null;
  /** BCP 47 language for when the fan's own can't be told. */
  language?: string | null;
  /** What must never be said or promised. */
  limits?: string[];
  [unknown: string]: unknown;
}

/** What the ideas were held to; a platform that is not known is held to what fits everywhere. */
export interface PlatformLimits {
  /** The platform as it was understood; `other` when it was not. */
  platform: string;
  /** The longest text, its hashtags included. */
  textLength: number;
  /** What that counts: `characters`, `utf16`, `bytes` or `weighted` (X's own rules). */
  counting: string;
  /** The most of them; none in a private message. */
  hashtags: number;
  /** Whether the figures are published; the others are what creators report. */
  isVerified: boolean;
  [unknown: string]: unknown;
}

/** What fans may be asked to pay for it. */
export interface PriceIdea {
  /** In the currency's own unit, within what the platform takes. */
  amount: number;
  /** ISO 4217, from the preferences; `USD` when they name none. */
  currency: string;
  /** Why so much. */
  reason?: string | null;
  [unknown: string]: unknown;
}

/** One earlier line of the conversation. */
export interface RecentMessage {
  /** `fan` or `creator`; also read as `from`, `role` or `author`. */
  sender?: string;
  /** What was written; also read as `content` or `message`. */
  text: string;
  [unknown: string]: unknown;
}

/** What a platform may object to. */
export type SafetyCategory = "nudity" | "sexual" | "possible_minor" | "violence" | "weapons" | "drugs" | "self_harm" | "hate" | "personal_data" | "trademark" | "other";

/** Something in the picture that a platform may object to; a hint by a model, never a verdict. */
export interface SafetyFinding {
  category: SafetyCategory;
  severity: Severity;
  /** Index into `scenes` of the scene that shows it. */
  scene: number;
  atSeconds: number;
  note?: string | null;
  [unknown: string]: unknown;
}

/** A stretch of the video between two cuts, with the frame that stands for it. */
export interface Scene {
  /** Seconds from the beginning, by the file's own timestamps. */
  startSeconds: number;
  endSeconds: number;
  transition?: Transition;
  /** Where the scene's key frame is: the sharpest one. */
  keyFrameSeconds: number;
  /** What the key frame shows. */
  description?: string | null;
  keyFrameUrl?: string | null;
  [unknown: string]: unknown;
}

/** Words that are seen in the picture: captions, signs. */
export interface ScreenText {
  text: string;
  /** Indexes into `scenes` of the scenes that show them. */
  scenes?: number[];
  [unknown: string]: unknown;
}

/** The mood that picture and words convey. */
export type Sentiment = "positive" | "neutral" | "negative" | "mixed";

/** How serious a finding is. */
export type Severity = "low" | "medium" | "high";

/** A part of the analysis that is missing, and why. */
export interface Skipped {
  part: Part;
  reason: string;
  [unknown: string]: unknown;
}

/** What the sound is like, without its words. */
export interface SoundTrack {
  /** `none`, `silence`, `no_speech` (music or noise) or `speech`. */
  kind: string;
  channels?: number;
  /** EBU R 128 integrated loudness; platforms play at about -14. */
  loudnessLufs?: number | null;
  /** The highest sample, in dBFS. */
  peakDbfs?: number | null;
  /** The share of the time in which somebody speaks. */
  speechShare?: number;
  silences?: Stretch[];
  /** The sound begins this much after the picture (negative: before it). */
  offsetSeconds?: number;
  [unknown: string]: unknown;
}

/** A stretch of time. */
export interface Stretch {
  startSeconds: number;
  endSeconds: number;
  [unknown: string]: unknown;
}

/** A stretch that the video is better without. */
export interface SuggestedCut {
  startSeconds: number;
  endSeconds: number;
  reason: string;
  [unknown: string]: unknown;
}

/** One reply, ready to be tapped. */
export interface Suggestion {
  /** What to send, as it stands. */
  text: string;
  /** How it sounds, in a word or two. */
  tone: string;
  /** What it is meant to do, in a few words. */
  intent: string;
  [unknown: string]: unknown;
}

/** What a technician would want to know of the file. */
export interface TechnicalReport {
  container: string;
  pixelFormat: string;
  /** Clockwise, by which players turn the coded picture. */
  rotationDegrees: number;
  highDynamicRange: boolean;
  /** The mean over the whole file. */
  bitsPerSecond: number;
  sceneCount: number;
  /** The mean length of a scene. */
  sceneSeconds: number;
  /** Where the picture is black. */
  black?: Stretch[];
  sound: SoundTrack;
  /** What was left out and why, in plain English. */
  notes?: string[];
  [unknown: string]: unknown;
}

/** The frame to show before the video plays. */
export interface Thumbnail {
  url: string;
  atSeconds: number;
  width: number;
  height: number;
  /** Why this frame was chosen. */
  reason?: string | null;
  /** How sharp and well lit it is, and whether somebody looks at you, 0 to 1. */
  score?: number | null;
  /** How many faces were found. */
  faces?: number | null;
  [unknown: string]: unknown;
}

/** What happens in a stretch of the video. */
export interface TimelineEntry {
  startSeconds: number;
  endSeconds: number;
  text: string;
  [unknown: string]: unknown;
}

/** How the creator wants to sound. */
export type Tone = "seductive" | "playful" | "romantic" | "bold" | "mysterious";

/** What is said in the video. */
export interface Transcript {
  status: TranscriptStatus;
  /** BCP 47 language, such as `en-US`. */
  language?: string | null;
  text?: string;
  phrases?: TranscriptPhrase[];
  /** How the words were had; absent while there are none. */
  way?: TranscriptWay | null;
  [unknown: string]: unknown;
}

/** One phrase with its place in the video. */
export interface TranscriptPhrase {
  startSeconds: number;
  endSeconds: number;
  text: string;
  [unknown: string]: unknown;
}

/** Where the transcript is. */
export type TranscriptStatus = "ready" | "pending" | "no_speech" | "unavailable";

/** How the words were had: a matter of price and time. */
export type TranscriptWay = "batch" | "fast" | "streamed";

/** How a scene begins. */
export type Transition = "start" | "cut" | "gradual";

/** What the file itself says. */
export interface VideoFacts {
  durationSeconds: number;
  /** As shown, after rotation. */
  width: number;
  /** As shown, after rotation. */
  height: number;
  /** The mean rate; phones record at a variable one. */
  framesPerSecond?: number | null;
  sizeBytes: number;
  videoCodec: string;
  /** Absent when the video is silent. */
  audioCodec?: string | null;
  [unknown: string]: unknown;
}

/** The payload of a `video.analysis` job. */
export interface VideoPayload {
  /** Where the video can be read, usually a presigned URL; it must outlive the job's deadline. */
  videoUrl: string;
  /** The front end's identifier of the video, for its own use. */
  videoId?: string | number | null;
  /** What the front end knows of the video (title, caption, platform, …); context for the model. */
  metadata?: Record<string, unknown> | null;
  [unknown: string]: unknown;
}

/** The result of a `video.analysis` job; it may be partial, and then says what was skipped. */
export interface VideoResult {
  video: VideoFacts;
  summary?: string | null;
  /** In order, without gaps. */
  scenes?: Scene[];
  objects?: DetectedObject[];
  transcript?: Transcript | null;
  advice?: Advice[];
  thumbnail?: Thumbnail | null;
  /** Absent when the original is small enough already. */
  compressedCopy?: CompressedCopy | null;
  damage?: Damage | null;
  skipped?: Skipped[];
  /** The deployment that described the scenes; absent when no model was asked. */
  model?: string | null;
  /** The most people that are seen at once. */
  peopleCount?: number | null;
  /** Where it takes place. */
  setting?: string | null;
  textOnScreen?: ScreenText[];
  mood?: string | null;
  style?: string | null;
  hook?: Hook | null;
  safety?: SafetyFinding[];
  timeline?: TimelineEntry[];
  sentiment?: Sentiment | null;
  topics?: string[];
  /** A caption that can be posted as it stands. */
  caption?: string | null;
  cuts?: SuggestedCut[];
  virality?: Virality | null;
  /** The best first; `thumbnail` is the one that was chosen among them. */
  thumbnailCandidates?: Thumbnail[];
  /** Numbered key frames in one picture each: what the model was shown. */
  contactSheetUrls?: string[];
  technical?: TechnicalReport | null;
  /** BCP 47 language of summary, caption and advice. */
  language?: string | null;
  /** The deployment that wrote summary, caption and advice. */
  synthesisModel?: string | null;
  costs?: Costs | null;
  [unknown: string]: unknown;
}

/** How likely the video is to be shared, thought through; only when it was asked for. */
export interface Virality {
  /** 0 (not at all) to 10. */
  score: number;
  reasoning: string;
  [unknown: string]: unknown;
}

/** A `video.analysis` job. */
export interface VideoAnalysisJob extends Envelope {
  jobType: "video.analysis";
  payload: VideoPayload;
}

/** A completed `video.analysis` job; a large result is left out for `resultUrl`. */
export interface VideoAnalysisCompleted extends JobEvent {
  eventType: "job.completed";
  jobType: "video.analysis";
  status: "completed";
  result?: VideoResult | null;
}

/** A `chat.suggest` job. */
export interface ChatSuggestJob extends Envelope {
  jobType: "chat.suggest";
  payload: ChatPayload;
}

/** A completed `chat.suggest` job; a large result is left out for `resultUrl`. */
export interface ChatSuggestCompleted extends JobEvent {
  eventType: "job.completed";
  jobType: "chat.suggest";
  status: "completed";
  result?: ChatResult | null;
}

/** A `content.suggest` job. */
export interface ContentSuggestJob extends Envelope {
  jobType: "content.suggest";
  payload: ContentSuggestionsPayload;
}

/** A completed `content.suggest` job; a large result is left out for `resultUrl`. */
export interface ContentSuggestCompleted extends JobEvent {
  eventType: "job.completed";
  jobType: "content.suggest";
  status: "completed";
  result?: ContentSuggestionsResult | null;
}

/** A `content.analyze` job. */
export interface ContentAnalyzeJob extends Envelope {
  jobType: "content.analyze";
  payload: ContentAnalysisPayload;
}

/** A completed `content.analyze` job; a large result is left out for `resultUrl`. */
export interface ContentAnalyzeCompleted extends JobEvent {
  eventType: "job.completed";
  jobType: "content.analyze";
  status: "completed";
  result?: ContentAnalysisResult | null;
}

/** Any job. */
export type Job =
  | VideoAnalysisJob
  | ChatSuggestJob
  | ContentSuggestJob
  | ContentAnalyzeJob;

/** Every kind of job. */
export type JobType =
  | "video.analysis"
  | "chat.suggest"
  | "content.suggest"
  | "content.analyze";

/** Every value of `error.code` so far; more may follow. */
export type ErrorCode =
  | "INVALID_PAYLOAD"
  | "VIDEO_NOT_FOUND"
  | "UNSUPPORTED_MEDIA"
  | "CONTENT_FILTERED"
  | "FORBIDDEN_URL"
  | "POISON_MESSAGE"
  | "RATE_LIMIT"
  | "TIMEOUT"
  | "NETWORK_ERROR"
  | "MODEL_ERROR"
  | "BUDGET_EXCEEDED"
  | "INTERNAL_ERROR";

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

/** The payload of a `content.analyze` job: a URL, a text, or both. */
export interface ContentAnalysisPayload {
  /** The front end's identifier of the content, for its own use. */
  contentId?: string | number | null;
  /** What it is to the creator: `photo`, `video`, `post`, `ppv`, … The file itself tells how it is read. */
  contentType: string;
  /** The content itself where it is a text, such as a post or a message. */
  text?: string | null;
  /** What is published beside a picture or a video. */
  caption?: string | null;
  /** Where the content can be read, usually a presigned URL; it must outlive the job's deadline. A job without it needs a `text` or a `caption`, else it fails with `INVALID_PAYLOAD`. */
  contentUrl?: string | null;
  /** What to look at, such as `quality` or `engagement`; everything when absent. `deep` is thought through at length, `quick` never. */
  analysisType?: string | null;
  /** Figures such as views, likes, comments or revenue: of this content, once it is published, by their names; of past content as a list, here or under `past`. */
  metrics?: Record<string, unknown> | Record<string, unknown>[] | null;
  /** What the front end knows of the content (title, platform, language, price, …); context for the model. */
  metadata?: Record<string, unknown> | null;
  [unknown: string]: unknown;
}

/** The result of a `content.analyze` job; it may be partial, and then says what was skipped. */
export interface ContentAnalysisResult {
  summary: string;
  /** The whole, 100 being the best. */
  score: number;
  aspects?: Aspect[];
  strengths?: string[];
  /** What to change, the most useful first: the texts of `recommendations`. */
  improvements?: string[];
  tags?: string[];
  /** What a platform's rules may object to: the notes of `safety`; empty when nothing was found. */
  warnings?: string[];
  /** BCP 47 language of the texts. */
  language: string;
  /** The deployment that judged; `rules` when no model could be asked. */
  model: string;
  /** Whether it was served again without asking the model. */
  cached?: boolean;
  /** What the content turned out to be. */
  contentKind?: ContentKind | null;
  sentiment?: workers__content_analysis__findings__Sentiment | null;
  /** What is seen, in English. */
  description?: string | null;
  engagement?: Engagement | null;
  /** The figures that came with the job, computed. */
  metrics?: MeasuredMetric[];
  safety?: workers__content_analysis__findings__SafetyFinding[];
  /** The most useful first. */
  recommendations?: Recommendation[];
  media?: MediaFacts | null;
  /** The deployment that looked at the pictures; absent when none was asked. */
  visionModel?: string | null;
  /** Whether it was thought through at length. */
  deep?: boolean;
  skipped?: workers__content_analysis__findings__Skipped[];
  costs?: workers__content_analysis__findings__Costs | null;
  [unknown: string]: unknown;
}

/** What the content turned out to be, whatever it was called. */
export type ContentKind = "text" | "image" | "video";

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

/** How people will take to the content. */
export interface Engagement {
  outlook: Outlook;
  /** 100 is the best. Of content that is published, where it stands among the creator's past, in per cent. */
  score: number;
  reasons?: string[];
  /** Empty when nothing is known of the past. */
  expected?: Expected[];
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

/** What a figure will likely be, computed from the creator's own past. */
export interface Expected {
  /** `views`, `likes`, `comments`, `revenue`, `engagement_rate`, … */
  metric: string;
  low: number;
  typical: number;
  high: number;
  /** Of how many past pieces of content that is told. */
  sample: number;
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
export type FlagCode = "MINOR" | "MEETING_FOR_MONEY" | "OFF_PLATFORM_PAYMENT" | "DOXXING" | "REFUSED";

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
  /** Orders the events of one job: whatever is not above the highest that was seen is stale, but for `job.enriched`, whose fields are kept whenever they come. Sent again, an event has the same version. */
  version?: number | null;
  [unknown: string]: unknown;
}

/** A job's state as the front end sees it. */
export type JobStatus = "processing" | "completed" | "failed" | "timeout";

/** One figure of the content, beside the creator's past. */
export interface MeasuredMetric {
  metric: string;
  value?: number | null;
  /** Of the past. */
  median?: number | null;
  /** The share of the past that did no better, in per cent. */
  percentile?: number | null;
  /** Of how many past pieces of content that is told. */
  sample?: number;
  [unknown: string]: unknown;
}

/** What was measured in a picture or a video. */
export interface MediaFacts {
  /** As shown, after rotation. */
  width: number;
  /** As shown, after rotation. */
  height: number;
  sizeBytes: number;
  /** `jpeg`, `png`, `webp`, `gif`, or a video's container. */
  format: string;
  /** Variance of the Laplacian at 270 pixels: under 15 it looks soft. Of pictures only. */
  sharpness?: number | null;
  /** 0 to 1: neither dark nor bright, with little lost. Of pictures only. */
  exposure?: number | null;
  brightness?: number | null;
  /** Faces that look into the camera; some are missed. */
  faces?: number | null;
  durationSeconds?: number | null;
  sceneCount?: number | null;
  /** `none`, `silence`, `no_speech` or `speech`. Of videos only. */
  sound?: string | null;
  [unknown: string]: unknown;
}

/** How the content will do beside what this creator usually publishes. */
export type Outlook = "low" | "medium" | "high";

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

/** One thing to do. */
export interface Recommendation {
  /** What it is about: `caption`, `light`, `crop`, `hook`, `price`, `posting_time`, … */
  topic: string;
  text: string;
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

/** How serious a finding is. */
export type Severity = "low" | "medium" | "high";

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
  skipped?: workers__video_analysis__messages__Skipped[];
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
  safety?: workers__video_analysis__insights__SafetyFinding[];
  timeline?: TimelineEntry[];
  sentiment?: workers__video_analysis__insights__Sentiment | null;
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
  costs?: workers__video_analysis__insights__Costs | null;
  [unknown: string]: unknown;
}

/** How likely the video is to be shared, thought through; only when it was asked for. */
export interface Virality {
  /** 0 (not at all) to 10. */
  score: number;
  reasoning: string;
  [unknown: string]: unknown;
}

/** What this analysis used up. */
export interface workers__content_analysis__findings__Costs {
  inputTokens?: number;
  outputTokens?: number;
  downloadedBytes?: number;
  cpuSeconds?: number;
  [unknown: string]: unknown;
}

/** A part of the analysis that may be left out. */
export type workers__content_analysis__findings__Part = "vision" | "judgement" | "depth";

/** What a platform may object to. */
export type workers__content_analysis__findings__SafetyCategory = "nudity" | "sexual" | "possible_minor" | "violence" | "weapons" | "drugs" | "self_harm" | "hate" | "harassment" | "personal_data" | "off_platform_payment" | "meeting_in_person" | "spam" | "trademark" | "other";

/** Something that a platform may object to; a hint, never a verdict. */
export interface workers__content_analysis__findings__SafetyFinding {
  category: workers__content_analysis__findings__SafetyCategory;
  severity: Severity;
  note: string;
  [unknown: string]: unknown;
}

/** The mood that the content conveys. */
export type workers__content_analysis__findings__Sentiment = "positive" | "neutral" | "negative" | "mixed";

/** A part of the analysis that is missing, and why. */
export interface workers__content_analysis__findings__Skipped {
  part: workers__content_analysis__findings__Part;
  reason: string;
  [unknown: string]: unknown;
}

/** What this analysis used up. */
export interface workers__video_analysis__insights__Costs {
  inputTokens?: number;
  outputTokens?: number;
  /** Sound that a speech service was paid for. */
  audioSeconds?: number;
  downloadedBytes?: number;
  cpuSeconds?: number;
  [unknown: string]: unknown;
}

/** What a platform may object to. */
export type workers__video_analysis__insights__SafetyCategory = "nudity" | "sexual" | "possible_minor" | "violence" | "weapons" | "drugs" | "self_harm" | "hate" | "personal_data" | "trademark" | "other";

/** Something in the picture that a platform may object to; a hint by a model, never a verdict. */
export interface workers__video_analysis__insights__SafetyFinding {
  category: workers__video_analysis__insights__SafetyCategory;
  severity: Severity;
  /** Index into `scenes` of the scene that shows it. */
  scene: number;
  atSeconds: number;
  note?: string | null;
  [unknown: string]: unknown;
}

/** The mood that picture and words convey. */
export type workers__video_analysis__insights__Sentiment = "positive" | "neutral" | "negative" | "mixed";

/** A part of the analysis that may be left out. */
export type workers__video_analysis__messages__Part = "scenes" | "objects" | "transcript" | "advice" | "thumbnail" | "compressed_copy" | "vision" | "synthesis";

/** A part of the analysis that is missing, and why. */
export interface workers__video_analysis__messages__Skipped {
  part: workers__video_analysis__messages__Part;
  reason: string;
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
  | "CANCELLED"
  | "RATE_LIMIT"
  | "TIMEOUT"
  | "NETWORK_ERROR"
  | "MODEL_ERROR"
  | "BUDGET_EXCEEDED"
  | "INTERNAL_ERROR";

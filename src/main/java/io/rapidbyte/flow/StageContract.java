package io.rapidbyte.flow;

/**
 * The words of the contract between a stage and a verticle that works in a connector's place. A public interface, described in
 * {@code docs/stages.md}; words are added, and never change their meaning within a version.
 *
 * <p>Requests to the verticle's own address, and their answers, are {@code JsonObject}s. What goes over a line has its kind in the
 * header {@value #TYPE}; frames have their number in the header {@value #SEQUENCE}, which counts from 1 without gaps on each line.
 */
public final class StageContract {
    private StageContract() {}

    /** The version that this engine speaks. */
    public static final int VERSION = 1;

    /** What a pipeline's {@code use} begins with; the verticle's address follows. */
    public static final String USE_PREFIX = "bus:";

    /** The frames that the engine grants a source at once, and lets a destination grant it: they lie on the heap of both. */
    public static final int WINDOW = 4;

    /** Names a request's kind: {@value #DESCRIBE}, {@value #OPEN} or {@value #RECEIPT}. */
    public static final String REQUEST = "request";

    /** What can the verticle do? Asked before anything is touched. */
    public static final String DESCRIBE = "describe";

    /** Begins one attempt at one stream; names its {@value #LINE}. */
    public static final String OPEN = "open";

    /** How far is a load durable? Asked of destinations that offer it, before an attempt. */
    public static final String RECEIPT = "receipt";

    /** Begins the two addresses of an attempt; see {@link #toVerticle} and {@link #toEngine}. */
    public static final String LINE = "line";

    public static final String PROTOCOL = "protocol";
    public static final String TYPE = "type";
    public static final String SEQUENCE = "sequence";

    /** A frame: one Arrow IPC stream, as a {@code Buffer}. */
    public static final String BATCH = "batch";

    /** A frame: a checkpoint. Its body is a text from a source, and an object with {@code id}, {@code payload} and {@code last} to a destination. */
    public static final String BARRIER = "barrier";

    /** A frame: the clean end. From a source an object with {@code rows}. */
    public static final String END = "end";

    /** The verticle has failed; the body is an error. */
    public static final String ABORT = "abort";

    /** An object with {@code through}: frames up to there may be sent. Cumulative. */
    public static final String CREDIT = "credit";

    /** From a destination, an object with {@code barrier}: everything before it is durable. */
    public static final String CONFIRM = "confirm";

    /** From a destination that has taken the end, an object with {@code rows}. */
    public static final String DONE = "done";

    /** A request to the verticle: is it still there? Answered at once with anything. */
    public static final String PING = "ping";

    /** A request to the verticle: the attempt is over. Answered once nothing more can become durable. */
    public static final String CLOSE = "close";

    /** Where the verticle listens during an attempt. */
    public static String toVerticle(String line) {
        return line + ".verticle";
    }

    /** Where the engine listens during an attempt. */
    public static String toEngine(String line) {
        return line + ".engine";
    }
}

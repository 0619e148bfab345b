package io.rapidbyte.engine;

/**
 * The addresses on which runs are started, steered and followed over the event bus, and the words of
 * their messages. A public interface, described in {@code docs/bus-api.md}; all bodies are
 * {@code JsonObject}s.
 */
public final class RunAddresses {
    private RunAddresses() {}

    /** The version that this engine speaks: words are added, and never change their meaning within a version. */
    public static final int VERSION = 1;

    /** The version that a request asks for, and that its reply is of. */
    public static final String PROTOCOL = "protocol";

    /**
     * Starts a run. Request: {@value #PIPELINE}, the text of a pipeline file, and {@value #PROTOCOL} if the asker knows but one. Reply:
     * {@value #RUN_ID} and {@value #PROTOCOL}.
     * A pipeline with problems fails the request with {@link #CODE_PROBLEMS} and a JSON array of them
     * as message.
     */
    public static final String START = "rapidbyte.run";

    /** Every event of every run is published here. */
    public static final String ALL_EVENTS = "rapidbyte.events";

    public static final String PIPELINE = "pipeline";
    public static final String RUN_ID = "run_id";
    public static final String COMMAND = "command";
    public static final String COMMAND_CANCEL = "cancel";
    public static final String COMMAND_STATUS = "status";
    public static final String STATUS = "status";

    /** The request itself is malformed; the message says how. */
    public static final int CODE_BAD_REQUEST = 400;

    /** The pipeline has problems; the message is a JSON array of them. */
    public static final int CODE_PROBLEMS = 422;

    /** The pipeline is being run already, or its state cannot be used; the message is the failure as a JSON object. */
    public static final int CODE_REFUSED = 409;

    /** A defect of the engine. */
    public static final int CODE_INTERNAL = 500;

    /** Takes {@value #COMMAND}: {@value #COMMAND_CANCEL} or {@value #COMMAND_STATUS}; answers with {@value #RUN_ID} and {@value #STATUS}. */
    public static String command(String runId) {
        return START + "." + runId + ".command";
    }

    /** The run's events are published here, in order, from its start to its end. */
    public static String events(String runId) {
        return START + "." + runId + ".events";
    }
}

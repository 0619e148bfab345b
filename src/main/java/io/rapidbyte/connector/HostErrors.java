package io.rapidbyte.connector;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.wasm.GuestCancelled;
import io.rapidbyte.wasm.GuestException;
import io.rapidbyte.wasm.GuestFrame;
import io.rapidbyte.wasm.GuestOutOfMemory;
import io.rapidbyte.wasm.GuestOvertime;
import io.rapidbyte.wasm.GuestStackOverflow;
import io.rapidbyte.wasm.GuestTrap;
import io.rapidbyte.wasm.GuestUnusable;
import io.rapidbyte.wasm.GuestViolation;
import io.rapidbyte.wasm.LinkFailed;
import io.rapidbyte.wasm.ModuleRefused;
import io.rapidbyte.wasm.TimeLimits;
import java.util.List;
import java.util.Optional;

/** The errors that the host itself finds, and the bounds of those that guests hand over. */
final class HostErrors {
    private static final JsonMapper JSON = new JsonMapper();

    /** Frames beyond tell no more about a recursion. */
    private static final int MAX_FRAMES = 50;

    private static final int MAX_CODE_CHARS = 128;
    private static final int MAX_MESSAGE_CHARS = 8 << 10;
    private static final int MAX_DETAILS_CHARS = 64 << 10;

    private HostErrors() {}

    /** The guest used an import in a way that the contract does not allow. */
    static ConnectorException protocol(String function, String message) {
        return new ConnectorException(ConnectorError.permanent(
                ErrorCategory.INTERNAL,
                "protocol." + function,
                function + ": " + message + "; this is a defect in the connector"));
    }

    static ConnectorException config(String code, String message) {
        return new ConnectorException(ConnectorError.permanent(ErrorCategory.CONFIG, code, message));
    }

    static ConnectorException config(String code, String message, Throwable cause) {
        return new ConnectorException(ConnectorError.permanent(ErrorCategory.CONFIG, code, message), cause);
    }

    static ConnectorException cancelled(String connector, Throwable cause) {
        return new ConnectorException(
                ConnectorError.permanent(ErrorCategory.CANCELLED, "cancelled", connector + " was cancelled"), cause);
    }

    /** Something in the host broke while it served the guest. */
    static ConnectorException defect(String doing, RuntimeException cause) {
        return new ConnectorException(
                ConnectorError.permanent(
                        ErrorCategory.INTERNAL,
                        "host.defect",
                        doing + ": the host failed: " + cause + "; please report this with the log"),
                cause);
    }

    /** What became of a guest, in the words of the contract. {@code doing} names connector and function. */
    static ConnectorException of(String doing, GuestException failure) {
        ConnectorError error = switch (failure) {
            case GuestTrap trap -> withStack(internal("guest.trap", doing, failure), trap.frames());
            case GuestStackOverflow overflow ->
                withStack(internal("guest.stack-overflow", doing, failure), overflow.frames());
            case GuestOutOfMemory memory ->
                ConnectorError.permanent(
                        ErrorCategory.INTERNAL,
                        "guest.out-of-memory",
                        doing + ": the connector needs more than the " + (memory.limitBytes() >> 20)
                                + " MiB that its manifest allows (limits.max_memory_mb); lower "
                                + "resources.max_batch_bytes or raise the limit");
            case GuestViolation _ -> internal("guest.abi-violation", doing, failure);
            case GuestOvertime overtime ->
                ConnectorError.permanent(
                        ErrorCategory.INTERNAL,
                        "guest.overtime",
                        doing + ": " + failure.getMessage() + "; where that is not a defect of the connector, raise "
                                + setting(overtime.kind()));
            case GuestUnusable _ -> internal("guest.unusable", doing, failure);
            case GuestCancelled _ ->
                ConnectorError.permanent(ErrorCategory.CANCELLED, "cancelled", doing + ": cancelled");
            case ModuleRefused _, LinkFailed _ ->
                ConnectorError.permanent(
                        ErrorCategory.CONFIG, "connector.unfit-module", doing + ": " + failure.getMessage());
        };
        return new ConnectorException(error, failure);
    }

    private static String setting(TimeLimits.Kind kind) {
        return switch (kind) {
            case WALL -> "limits.max_wall_seconds";
            case CPU -> "limits.max_cpu_seconds";
            case SPIN -> "limits.max_spin_seconds";
        };
    }

    /** A guest's own error, cut to what logs and events can bear; its details made sure to be a JSON object. */
    static ConnectorError bounded(ConnectorError error) {
        return new ConnectorError(
                error.category(),
                error.scope(),
                Text.cut(error.code(), MAX_CODE_CHARS),
                Text.cut(error.message(), MAX_MESSAGE_CHARS),
                error.retryable(),
                error.retryAfterMs(),
                error.backoff(),
                error.safeToRetry(),
                error.commitState(),
                error.details().map(HostErrors::object));
    }

    private static String object(String details) {
        if (details.length() <= MAX_DETAILS_CHARS && isObject(details)) {
            return details;
        }
        return JsonNodeFactory.instance
                .objectNode()
                .put("text", Text.cut(details, MAX_DETAILS_CHARS))
                .toString();
    }

    private static boolean isObject(String text) {
        try {
            return Optional.<JsonNode>ofNullable(JSON.readTree(text))
                    .map(JsonNode::isObject)
                    .orElse(false);
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    private static ConnectorError internal(String code, String doing, GuestException failure) {
        return ConnectorError.permanent(ErrorCategory.INTERNAL, code, doing + ": " + failure.getMessage());
    }

    private static ConnectorError withStack(ConnectorError error, List<GuestFrame> frames) {
        ObjectNode details = JsonNodeFactory.instance.objectNode();
        frames.stream()
                .limit(MAX_FRAMES)
                .map(frame -> Text.cut(frame.toString(), MAX_CODE_CHARS * 4))
                .forEach(details.putArray("stack")::add);
        return error.withDetails(details.toString());
    }
}

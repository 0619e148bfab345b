package io.rapidbyte.flow;

import io.rapidbyte.model.CommitState;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ErrorCategory;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a verticle on the event bus tells of its failures, and what is told of it. What it sends is treated as hostile (I30). */
final class BusErrors {
    /** A message for a person fits a screen. */
    private static final int MAX_MESSAGE_CHARS = 2_000;

    private static final int MAX_CODE_CHARS = 100;

    private BusErrors() {}

    /** A request that was not answered with success. */
    static ConnectorError unanswered(String address, String request, Throwable cause) {
        if (cause instanceof ReplyException refused) {
            return switch (refused.failureType()) {
                // It was asked what it can do before anything else.
                case NO_HANDLERS -> request.equals(StageContract.DESCRIBE) ? absent(address) : gone(address);
                case TIMEOUT ->
                    ConnectorError.transientError(
                            ErrorCategory.TRANSIENT_NETWORK,
                            "bus.no-answer",
                            "the verticle at " + address + " does not answer " + request);
                case RECIPIENT_FAILURE, ERROR ->
                    ConnectorError.permanent(
                            ErrorCategory.CONFIG,
                            "bus.refused",
                            "the verticle at " + address + " refuses " + request + ": "
                                    + cut(String.valueOf(refused.getMessage()), MAX_MESSAGE_CHARS));
            };
        }
        return FlowErrors.defect("bus.defect", "the request " + request + " to " + address + " failed: " + cause);
    }

    private static ConnectorError absent(String address) {
        return ConnectorError.permanent(
                ErrorCategory.CONFIG,
                "bus.no-verticle",
                "nobody listens at " + address
                        + " on the event bus: deploy the verticle in this process before the pipeline is run");
    }

    /** It was there, and is not any more; another may take its place soon. */
    static ConnectorError gone(String address) {
        return ConnectorError.transientError(
                ErrorCategory.TRANSIENT_NETWORK,
                "bus.verticle-gone",
                "the verticle at " + address + " has left in the middle of a run");
    }

    static ConnectorError breach(String address, String what) {
        return FlowErrors.defect("bus.breach", "the verticle at " + address + " breaks the stage contract: " + what);
    }

    /** What it says itself. */
    static ConnectorError told(String address, Object body) {
        JsonObject json = body instanceof JsonObject object ? object : new JsonObject();
        ErrorCategory category = category(json.getValue("category"));
        String code = json.getValue("code") instanceof String text && !text.isBlank()
                ? cut(text, MAX_CODE_CHARS)
                : "bus.failed";
        String message = "the verticle at " + address + " failed: "
                + (json.getValue("message") instanceof String text
                        ? cut(text, MAX_MESSAGE_CHARS)
                        : "it does not say why");
        return Boolean.TRUE.equals(json.getValue("retryable"))
                ? ConnectorError.transientError(category, code, message)
                : ConnectorError.permanent(category, code, message);
    }

    private static ErrorCategory category(@Nullable Object word) {
        for (ErrorCategory category : ErrorCategory.values()) {
            if (category.name().toLowerCase(Locale.ROOT).equals(word)) {
                return category;
            }
        }
        return ErrorCategory.DATA;
    }

    /** The same of an error while the destination may be committing: only its receipt can tell (I10). */
    static ConnectorError inDoubt(ConnectorError error) {
        return new ConnectorError(
                error.category(),
                error.scope(),
                error.code(),
                error.message(),
                error.retryable(),
                error.retryAfterMs(),
                error.backoff(),
                false,
                Optional.of(CommitState.AFTER_COMMIT_UNKNOWN),
                error.details());
    }

    private static String cut(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most) + "…";
    }
}

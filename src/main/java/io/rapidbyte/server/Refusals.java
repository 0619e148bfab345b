package io.rapidbyte.server;

import io.rapidbyte.config.PipelineException;
import io.rapidbyte.engine.ListingJson;
import io.rapidbyte.engine.ReportJson;
import io.rapidbyte.engine.StateFailures;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.state.LeaseHeldException;
import io.rapidbyte.state.StateException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** What went wrong elsewhere, as answers to requests. */
final class Refusals {
    private static final Logger LOG = System.getLogger(Refusals.class.getName());

    private Refusals() {}

    static HttpProblem of(Throwable cause) {
        return switch (cause) {
            case HttpProblem problem -> problem;
            case PipelineException bad -> problems(bad);
            case LeaseHeldException held ->
                running(held, StateFailures.explain(held).failure());
            case StateException failed -> failure(StateFailures.explain(failed).failure());
            case FailureException failed
            when failed.getCause() instanceof LeaseHeldException held -> running(held, failed.failure());
            case FailureException failed -> failure(failed.failure());
            default -> defect(cause);
        };
    }

    static HttpProblem problems(PipelineException bad) {
        HttpProblem problem =
                HttpProblem.invalidPipeline("mend the file; \"problems\" says what is wrong, each with its line");
        problem.body().set("problems", ListingJson.problems(bad.problems()));
        return problem;
    }

    private static HttpProblem running(LeaseHeldException held, Failure failure) {
        HttpProblem problem = HttpProblem.alreadyRunning(failure.error().message());
        problem.body().put("run_id", held.lease().runId());
        problem.body().set("failure", ReportJson.encode(failure));
        return problem;
    }

    private static HttpProblem failure(Failure failure) {
        String message = failure.error().message();
        HttpProblem problem = switch (failure.kind()) {
            case STATE ->
                // What nobody but the asker can mend; else the state itself is in trouble.
                failure.error().category() == ErrorCategory.CONFIG
                        ? HttpProblem.unfit(message)
                        : HttpProblem.unavailable(message);
            case CANCELLED -> HttpProblem.unavailable(message);
            case CONFIG, SCHEMA, USAGE -> HttpProblem.unfit(message);
            case SOURCE, DESTINATION, TRANSFORM -> HttpProblem.systemFailed(message);
            case INTERNAL -> HttpProblem.defect(message);
        };
        problem.body().set("failure", ReportJson.encode(failure));
        return problem;
    }

    private static HttpProblem defect(Throwable cause) {
        LOG.log(Level.ERROR, "a request failed", cause);
        return HttpProblem.defect("please report it; the server's log has the details");
    }
}

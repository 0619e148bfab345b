package io.rapidbyte.engine;

import io.rapidbyte.connector.MemoryConnectorState;
import io.rapidbyte.flow.GuestDialog;
import io.rapidbyte.flow.RowRelay;
import io.rapidbyte.model.ComparableTable;
import io.rapidbyte.model.Comparison;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.KeyRange;
import io.rapidbyte.model.RangeDigest;
import io.rapidbyte.model.RepairSummary;
import io.rapidbyte.model.RowDigest;
import io.rapidbyte.model.StreamContext;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.Optional;

/**
 * A pipeline's source and destination in dialog, both at work at once. Calls block until both have
 * answered; a connector's error comes as a {@link FailureException}.
 */
final class GuestTables implements AutoCloseable {
    private final Side source;
    private final Side target;

    /** One connector, with the part that it plays. */
    private record Side(GuestPart part, GuestDialog dialog) {
        static Side open(GuestPart part) {
            return new Side(
                    part, new GuestDialog(part.connector(), part.role(), part.config(), new MemoryConnectorState()));
        }

        Failure failure(ConnectorError error, StreamContext stream) {
            return part.failure(error, Optional.of(stream.name()));
        }
    }

    GuestTables(GuestPart from, GuestPart to) {
        source = Side.open(from);
        target = Side.open(to);
    }

    Both<ComparableTable> describe(StreamContext stream) {
        return both(stream, instance -> instance.comparable(stream));
    }

    /** The tables of one stream. */
    TwoTables of(Comparison what) {
        return new TwoTables() {
            @Override
            public List<List<String>> slices(boolean ofSource, KeyRange within, int count) {
                Side side = ofSource ? source : target;
                Future<List<List<String>>> cuts = side.dialog().ask(instance -> instance.slices(what, within, count));
                return result(side, what.context(), cuts);
            }

            @Override
            public Both<List<RangeDigest>> digest(KeyRange within, List<List<String>> cuts) {
                return both(what.context(), instance -> {
                    List<RangeDigest> digests = instance.digest(what, within, cuts);
                    if (digests.size() != cuts.size() + 1) {
                        throw new ConnectorException(ConnectorError.permanent(
                                ErrorCategory.INTERNAL,
                                "protocol.digest",
                                "digest: " + digests.size() + " digests for " + (cuts.size() + 1)
                                        + " ranges; this is a defect in the connector"));
                    }
                    return digests;
                });
            }

            @Override
            public Both<List<RowDigest>> rows(KeyRange within, Optional<List<List<String>>> keys) {
                return both(what.context(), instance -> instance.rowDigests(what, within, keys));
            }
        };
    }

    /** Deletes at the target the rows of some keys, then writes there those of others as the source has them. */
    RepairSummary repair(Comparison what, List<List<String>> write, List<List<String>> delete) {
        RowRelay rows = new RowRelay();
        Promise<RepairSummary> outcome = Promise.promise();
        Future<Void> read = write.isEmpty()
                ? Future.succeededFuture()
                : source.dialog()
                        .ask(instance -> instance.readRows(what, write), rows)
                        .mapEmpty();
        Future<RepairSummary> written = target.dialog().ask(instance -> instance.repair(what, delete), rows);
        read.onSuccess(done -> rows.end());
        // whichever fails first is the cause; the other only hears of it
        read.onFailure(cause -> fail(outcome, source, what.context(), rows, cause));
        written.onFailure(cause -> fail(outcome, target, what.context(), rows, cause));
        written.onSuccess(outcome::tryComplete);
        Future.join(read, written).otherwiseEmpty().await();
        return outcome.future().await();
    }

    private static void fail(
            Promise<RepairSummary> outcome, Side side, StreamContext stream, RowRelay rows, Throwable cause) {
        outcome.tryFail(new FailureException(side.failure(error(cause), stream), cause));
        rows.fail(error(cause));
    }

    private static ConnectorError error(Throwable cause) {
        return cause instanceof ConnectorException e
                ? e.error()
                : ConnectorError.permanent(ErrorCategory.INTERNAL, "verify.defect", cause.toString());
    }

    private <T> Both<T> both(StreamContext stream, GuestDialog.Question<T> question) {
        Future<T> ofSource = source.dialog().ask(question);
        Future<T> ofTarget = target.dialog().ask(question);
        return new Both<>(result(source, stream, ofSource), result(target, stream, ofTarget));
    }

    private static <T> T result(Side side, StreamContext stream, Future<T> answer) {
        try {
            return answer.await();
        } catch (Exception e) {
            throw new FailureException(side.failure(error(e), stream), e);
        }
    }

    void cancel() {
        source.dialog().cancel();
        target.dialog().cancel();
    }

    /** Returns when both guests are gone. */
    @Override
    public void close() {
        source.dialog().close();
        target.dialog().close();
        Future.join(source.dialog().ended(), target.dialog().ended()).await();
    }
}

package io.rapidbyte.state;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.Arrays;
import java.util.List;

/**
 * Dead letters on their way to the destination once more. What becomes of them is noted right before the
 * destination commits, and done in the transaction that saves the frontier.
 */
final class Replays {
    private static final String KEPT = "SELECT d.letter_id, d.stream, length(d.row_json) AS row_chars,"
            + " CASE WHEN d.obsolete = 1 THEN 'OBSOLETE' WHEN EXISTS (SELECT 1 FROM loads l WHERE l.load_id = d.load_id"
            + " AND l.status = 'OPEN' AND l.write_mode = 'REPLACE') THEN 'UNFINISHED' ELSE 'MISSING' END AS standing"
            + " FROM dead_letters d WHERE d.pipeline = ? AND d.status = 'FINAL' ORDER BY d.letter_id";
    private static final String NOTE = "INSERT INTO replayed_letters (letter_id, load_id, sequence, category, code,"
            + " message) VALUES (?, ?, ?, ?, ?, ?)";
    private static final String FORGET_NOTES = "DELETE FROM replayed_letters WHERE load_id = ?";
    private static final String REMOVE_TAKEN = "DELETE FROM dead_letters WHERE letter_id IN (SELECT letter_id"
            + " FROM replayed_letters WHERE load_id = ? AND sequence <= ? AND code IS NULL)";
    private static final String MARK_REFUSED = "UPDATE dead_letters SET tries = tries + 1, category = r.category,"
            + " code = r.code, message = r.message FROM replayed_letters r"
            + " WHERE r.letter_id = dead_letters.letter_id AND r.load_id = ? AND r.sequence <= ?";

    /** A load that has read all of a table and leaves nothing of what was there before makes earlier letters void. */
    private static final String MAKE_OBSOLETE = "UPDATE dead_letters SET obsolete = 1 WHERE pipeline = ? AND stream = ?"
            + " AND status = 'FINAL' AND load_id <> ? AND EXISTS (SELECT 1 FROM loads l WHERE l.load_id = ?"
            + " AND l.purpose = 'STREAM' AND l.sync_mode = 'FULL_REFRESH' AND l.write_mode IN ('REPLACE', 'UPSERT'))";

    private static final String GIVE_UP = "UPDATE dead_letters SET obsolete = 1 WHERE load_id IN (SELECT load_id"
            + " FROM loads WHERE pipeline = ? AND stream = ? AND status = 'OPEN' AND purpose = 'STREAM'"
            + " AND write_mode = 'REPLACE')";

    private Replays() {}

    /** All of a pipeline that count, by growing id. */
    static Future<List<KeptLetter>> kept(Sql sql, String pipeline) {
        return sql.rows(KEPT, pipeline)
                .map(rows -> rows.stream().map(Replays::kept).toList());
    }

    private static KeptLetter kept(Row row) {
        return new KeptLetter(
                row.getLong("letter_id"),
                row.getString("stream"),
                row.getLong("row_chars"),
                KeptLetter.Standing.valueOf(row.getString("standing")));
    }

    /** What an attempt that failed has noted is void. */
    static Future<Void> prepare(Sql sql, String loadId, long sequence, List<ReplayedLetter> letters) {
        return sql.update(FORGET_NOTES, loadId)
                .compose(forgotten -> sql.batch(
                        NOTE,
                        letters.stream()
                                .map(letter -> note(loadId, sequence, letter))
                                .toList()));
    }

    private static Tuple note(String loadId, long sequence, ReplayedLetter letter) {
        return Tuple.from(Arrays.asList(
                letter.id(),
                loadId,
                sequence,
                letter.refusal().map(refusal -> refusal.category().name()).orElse(null),
                letter.refusal()
                        .map(refusal -> DeadLetters.withoutNul(refusal.code()))
                        .orElse(null),
                letter.refusal()
                        .map(refusal -> DeadLetters.withoutNul(refusal.message()))
                        .orElse(null)));
    }

    /** The destination has got to {@code sequence}; how many letters stay. */
    static Future<Integer> settle(Sql sql, String loadId, long sequence) {
        return sql.update(REMOVE_TAKEN, loadId, sequence)
                .compose(removed -> sql.update(MARK_REFUSED, loadId, sequence))
                .compose(refused -> sql.update(FORGET_NOTES + " AND sequence <= ?", loadId, sequence)
                        .map(refused));
    }

    /** The same, where nothing behind {@code sequence} can become durable any more. */
    static Future<Integer> adopt(Sql sql, String loadId, long sequence) {
        return settle(sql, loadId, sequence)
                .compose(refused -> sql.update(FORGET_NOTES, loadId).map(refused));
    }

    /** A stream's open replay is given up; what the destination has of it was settled before. */
    static Future<Void> dropOpen(Sql sql, String pipeline, String stream) {
        return sql.update(
                        "DELETE FROM replayed_letters WHERE load_id IN (SELECT load_id FROM loads WHERE pipeline = ?"
                                + " AND stream = ? AND status = 'OPEN' AND purpose = 'REPLAY')",
                        pipeline,
                        stream)
                .mapEmpty();
    }

    /** The stream's table now is what {@code loadId} has made of it. */
    static Future<Void> completed(Sql sql, String pipeline, String stream, String loadId) {
        return sql.update(MAKE_OBSOLETE, pipeline, stream, loadId, loadId).mapEmpty();
    }

    /** The open load will never take the table's place. */
    static Future<Void> givenUp(Sql sql, String pipeline, String stream) {
        return sql.update(GIVE_UP, pipeline, stream).mapEmpty();
    }
}

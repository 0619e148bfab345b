package io.rapidbyte.flow;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.arrow.FrameSchema;
import io.rapidbyte.arrow.IpcFrames;
import io.rapidbyte.arrow.MalformedFrameException;
import io.rapidbyte.connector.BatchBody;
import io.rapidbyte.model.ConnectorException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A batch whose schema is noted as it passes, so that rows rejected from it can be read later (I20). */
final class SchemaWitness implements BatchBody {
    private final BatchBody body;
    private final Consumer<String> onSchema;

    SchemaWitness(BatchBody body, Consumer<String> onSchema) {
        this.body = body;
        this.onSchema = onSchema;
    }

    @Override
    public int size() {
        return body.size();
    }

    @Override
    public void writeTo(ByteBuffer target) throws ConnectorException {
        ByteBuffer written = target.slice(target.position(), body.size());
        body.writeTo(target);
        try {
            onSchema.accept(json(IpcFrames.schema(written)).toString());
        } catch (MalformedFrameException e) {
            throw new ConnectorException(FlowErrors.corruptFrame("a batch", String.valueOf(e.getMessage())), e);
        }
    }

    @Override
    public void release() {
        body.release();
    }

    private static ObjectNode json(FrameSchema schema) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode columns = json.putArray("columns");
        for (FrameSchema.FrameColumn column : schema.columns()) {
            ObjectNode each = columns.addObject()
                    .put("name", column.name())
                    .put("type", column.type())
                    .put("nullable", column.nullable());
            each.set("metadata", json(column.metadata()));
        }
        json.set("metadata", json(schema.metadata()));
        return json;
    }

    private static ObjectNode json(Map<String, String> metadata) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        new TreeMap<>(metadata).forEach(json::put);
        return json;
    }
}

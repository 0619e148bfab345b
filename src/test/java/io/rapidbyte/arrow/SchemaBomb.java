package io.rapidbyte.arrow;

import com.google.flatbuffers.FlatBufferBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.Null;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Type;

/** Valid FlatBuffers that no honest writer makes. */
final class SchemaBomb {
    private SchemaBomb() {}

    /** A schema that lists one field {@code fields} times, whose metadata lists one entry {@code entries} times. */
    static byte[] sharedMetadata(int fields, int entries) {
        FlatBufferBuilder builder = new FlatBufferBuilder();
        KeyValue.startKeyValue(builder);
        int entry = KeyValue.endKeyValue(builder);
        int metadata = Field.createCustomMetadataVector(builder, repeated(entry, entries));
        Null.startNull(builder);
        int type = Null.endNull(builder);
        int field = Field.createField(builder, 0, true, Type.Null, type, 0, 0, metadata);
        int list = Schema.createFieldsVector(builder, repeated(field, fields));
        int schema = Schema.createSchema(builder, (short) 0, list, 0, 0);
        Message.finishMessageBuffer(
                builder, Message.createMessage(builder, MetadataVersion.V5, MessageHeader.Schema, schema, 0, 0));
        byte[] message = builder.sizedByteArray();
        int padded = (message.length + 7) & -8;
        return ByteBuffer.allocate(8 + padded)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(-1)
                .putInt(padded)
                .put(message)
                .array();
    }

    private static int[] repeated(int value, int times) {
        int[] values = new int[times];
        Arrays.fill(values, value);
        return values;
    }
}

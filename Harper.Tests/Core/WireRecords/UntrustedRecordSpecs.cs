using System.Buffers;
using CsCheck;
using Harper.Core.Keys;
using Harper.Core.Values;
using Harper.Core.Wire.Records;
using Harper.Tests.Core.JsonRecords;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Core.WireRecords;

/// <summary>
/// Proves that bytes from a socket never do more than be refused (architecture 6): whatever is cut off, flipped or made up, the
/// answer is a record or a <see cref="ValueFormatException"/>, in memory that is a small multiple of the bytes.
/// </summary>
public class UntrustedRecordSpecs
{
    private static readonly int Iterations = LongRun.Scale(3_000, 2_000_000);

    private static readonly (byte[] Bytes, RecordStructures Structures)[] Samples =
    [
        .. WireVectors.Unit("typedStructs").EnumerateArray().Select(vector => (WireVectors.Hex(vector), WireRecordDecoderSpecs.Structures(vector))),
        .. WireVectors.Unit("classicRecords").GetProperty("cases").EnumerateArray().Select(vector =>
            (WireVectors.Hex(vector), WireRecordDecoderSpecs.Structures(WireVectors.Unit("classicRecords")))),
        (Convert.FromHexString("d4724192a161a16292d4726191a1780161d6ff0000000193a16fc70b4200112233445566778899aac40201ff"), RecordStructures.None),
        (Convert.FromHexString("82a161d4726091a16202a16381a16492cb3ff8000000000000d3ffffffffffffffff"), RecordStructures.None),
    ];

    [Fact]
    public void Records_cut_short_or_with_flipped_bytes_should_be_read_or_refused() =>
        Gen.Select(Gen.Int[0, Samples.Length - 1], Gen.Int[0, 1000], Gen.Select(Gen.Int[0, 1000], Gen.Byte).List[0, 4]).Sample((sample, cut, flips) =>
        {
            var bytes = Samples[sample].Bytes.ToArray();
            foreach (var (at, value) in flips)
                if (bytes.Length > 0) bytes[at % bytes.Length] = value;
            if (cut <= bytes.Length) bytes = bytes[..cut];
            Check(bytes, Samples[sample].Structures);
        }, iter: Iterations);

    [Fact]
    public void Bytes_made_up_should_be_read_or_refused() =>
        Gen.Select(Gen.Int[0, Samples.Length - 1], Gen.OneOf(Gen.Byte.Array[0, 60], Tokens.Array[0, 60])).Sample(
            (sample, bytes) => Check(bytes, Samples[sample].Structures), iter: Iterations);

    [Fact]
    public void Stored_values_that_were_damaged_should_be_refused_by_every_reader() =>
        Gen.Select(JsonTexts.Objects, Gen.Int[0, 100_000], Gen.Byte).Sample((json, at, flip) =>
        {
            var record = JsonTexts.Read(JsonTexts.Serialize(json));
            var damaged = record.Values.ToArray();
            if (damaged.Length == 0) return;
            damaged[at % damaged.Length] = flip;
            ReadEverywhere(new EncodedRecord(record.Shape, damaged));
            ReadEverywhere(new EncodedRecord(record.Shape, damaged.AsMemory(0, at % damaged.Length)));
        }, iter: Iterations);

    [Fact]
    public void A_record_that_names_little_and_repeats_it_often_should_not_grow_without_bound()
    {
        // 40 structures with a long name each, then very many objects of one value: more structures than there are ids, so
        // names are repeated.
        var structures = new RecordStructures([], [.. Enumerable.Range(0, 40).Select(i => (System.Collections.Immutable.ImmutableArray<string>)[new string('n', 4000) + i])], new ShapeCache());
        var objects = Enumerable.Range(0, 20_000).SelectMany(i => (byte[])[(byte)(0x40 + 33 + i % 7), 1]);
        byte[] first = [.. Enumerable.Range(0, 33).SelectMany(i => (byte[])[(byte)(0x40 + i), 1])];
        byte[] bytes = [0x40, 0xDC, (20_033 >> 8), 20_033 & 0xFF, .. first, .. objects];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ValueFormatException>(() => WireRecordDecoder.Decode(bytes, structures, new RecordBuffer()));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 32 * 1024 * 1024);
    }

    private static Gen<byte> Tokens => Gen.Frequency((1, Gen.Byte), (1, Gen.Byte[0, 5]), (3, Gen.Int[0, Likely.Length - 1].Select(i => Likely[i])));

    private static readonly byte[] Likely =
        [0x20, 0x40, 0x41, 0x60, 0x7F, 0x72, 0x73, 0x42, 0x0B, 0xFF, 0x81, 0x91, 0x92, 0xA0, 0xA1, 0xC0, 0xC4, 0xC7, 0xCB, 0xCF, 0xD4, 0xD5, 0xD6, 0xD9, 0xDC, 0xDE, 0xE0];

    private static void Check(byte[] bytes, RecordStructures structures)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            var decoded = WireRecordDecoder.Decode(bytes, structures, new RecordBuffer(64));
            ValueLength.Check(decoded.Record.Values.Span, decoded.Record.Shape.Count);
            ReadEverywhere(decoded.Record);
        }
        catch (ValueFormatException)
        {
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256 * 1024 + 64 * bytes.Length);
    }

    // Reads the record in all the ways there are; damage may stop each of them, with a typed error only.
    private static void ReadEverywhere(EncodedRecord record)
    {
        Attempt(() => JsonTexts.Write(record));
        Attempt(() => CanonicalValue.Append(record, new ArrayBufferWriter<byte>()));
        Attempt(() => ValueComparison.Equal(record, EncodedRecord.Empty));
        Attempt(() => ValueLength.Check(record.Values.Span, record.Shape.Count));
        Attempt(() =>
        {
            for (var reader = new RecordReader(record); reader.MoveNext();)
            {
                KeyCodec.FromValue(reader.Value, new ArrayBufferWriter<byte>());
                ValueComparison.Compare(reader.Value, record.Values.Span);
            }
        });
    }

    private static void Attempt(Action read)
    {
        try
        {
            read();
        }
        catch (ValueFormatException)
        {
        }
    }
}

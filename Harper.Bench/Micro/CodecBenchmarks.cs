using System.Text;
using BenchmarkDotNet.Attributes;
using Harper.Bench.Load;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Operations.Writes;
using Harper.Core.Schema;
using Harper.Core.Transactions;
using Harper.Core.Values;

namespace Harper.Bench.Micro;

/// <summary>From a client's JSON to stored bytes and back, for a record of some 200 bytes; and keys. Times are for one record.</summary>
[MemoryDiagnoser]
public class CodecBenchmarks
{
    private const int Records = 1000;
    private const string Key = "k000012345";

    private readonly byte[] _json = Json();
    private readonly TableEncoder _encoder = TableEncoder.Of(Table);
    private readonly ArrayWriter _output = new();
    private EncodedRecord _record;

    private static TableDefinition Table { get; } = new()
    {
        Id = 1, Name = new TableName("t"), PrimaryKey = "id", Incarnation = Guid.Empty, Attributes = [new AttributeDefinition(1, "id", IsPrimaryKey: true)],
    };

    [GlobalSetup]
    public void Encode() => _record = Read()[0].Value;

    [Benchmark(OperationsPerInvoke = Records)]
    public int JsonToStored() => Read().Count;

    [Benchmark]
    public int StoredToValues()
    {
        var count = 0;
        for (var reader = new RecordReader(_record); reader.MoveNext();) count += reader.Value.Length;
        return count;
    }

    [Benchmark]
    public RecordKey TextToKey() => KeyCodec.FromText(Key);

    [Benchmark]
    public RecordKey NumberToKey() => KeyCodec.FromNumber(12345.5);

    [Benchmark]
    public int TextToIndexKey()
    {
        _output.Clear();
        var key = new OrderedKeyWriter(_output);
        key.Text("user-345"u8);
        return _output.Length;
    }

    private WriteList Read()
    {
        var writes = new WriteList(Records, 1 << 30);
        _encoder.Read(_json, WriteMode.Insert, null, NoKeys.Instance, writes);
        return writes;
    }

    private static byte[] Json()
    {
        var json = new StringBuilder("[");
        for (var i = 0; i < Records; i++)
        {
            if (i > 0) json.Append(',');
            BenchRecords.Append(json, BenchRecords.SequentialKey(i), i, 90, []);
        }

        return Encoding.UTF8.GetBytes(json.Append(']').ToString());
    }

    private sealed class NoKeys : IKeySource
    {
        public static readonly NoKeys Instance = new();

        public RecordKey Next() => throw new InvalidOperationException("every record here has a key");
    }
}

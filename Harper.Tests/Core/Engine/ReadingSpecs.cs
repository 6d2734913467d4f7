using Harper.Core.Commit;
using Harper.Core.Keys;
using Harper.Core.Reading;
using Harper.Core.Schema;
using Harper.Core.Values;
using Harper.Tests.Support;
using Xunit;
using static Harper.Tests.Support.Records;

namespace Harper.Tests.Core.Engine;

/// <summary>Reads: points, scans both ways, index ranges with recheck, what readers do not see (rules 2, 4, 10), counts. R-SRC-01…03, R-SCH-06.</summary>
public sealed class ReadingSpecs : IDisposable
{
    private readonly TestDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public void A_scan_should_give_the_records_in_key_order_both_ways_and_go_on_after_a_key()
    {
        _database.Write(Insert("b", ("x", 2)), Insert("a", ("x", 1)), Insert("d", ("x", 4)), Insert("c", ("x", 3)));
        _database.Write(Delete("c"));
        Assert.Equal("a b d", Keys(view => view.Scan(_database.Table)));
        Assert.Equal("d b a", Keys(view => view.Scan(_database.Table, descending: true)));
        Assert.Equal("d", Keys(view => view.Scan(_database.Table, KeyCodec.FromText("b"))));
        Assert.Equal("a", Keys(view => view.Scan(_database.Table, KeyCodec.FromText("b"), descending: true)));
        Assert.Equal("b a", Keys(view => view.Scan(_database.Table, KeyCodec.FromText("c"), descending: true)));
    }

    [Fact]
    public void A_view_should_not_see_what_is_committed_after_it_was_opened()
    {
        _database.Write(Insert("a", ("x", 1)));
        using var view = _database.Engine.OpenView(_database.Now);
        _database.Write(Update("a", ("x", 2)), Insert("b", ("y", 1)));
        Assert.True(view.TryRead(view.Catalog.Find(TestDatabase.Dogs)!, KeyCodec.FromText("a"), out var record));
        Assert.Equal("id=a x=1", Text(record.Record));
        Assert.Null(view.Catalog.Find(TestDatabase.Dogs)!.Find("y"));
        Assert.Equal(1, view.Count(view.Catalog.Find(TestDatabase.Dogs)!, exact: true));
    }

    [Fact]
    public void An_index_range_should_give_its_records_in_value_order()
    {
        _database.Write(Insert("a", ("x", 5)), Insert("b", ("x", -3)), Insert("c", ("x", 1000)), Insert("d", ("x", 0.5)), Insert("e", ("x", "text")), Insert("f", ("x", true)), Insert("g", ("x", null)), Insert("h", ("y", 1)));
        Assert.Equal("f b d a c e", Keys("x", default));
        Assert.Equal("e c a d b f", Keys("x", default, descending: true));
        Assert.Equal("d a", Keys("x", new IndexRange(Number(0), true, Number(5))));
        Assert.Equal("a", Keys("x", new IndexRange(Number(0.5), false, Number(1000), false)));
        Assert.Equal("a", Keys("x", new IndexRange(Number(0.5), false, Number(1000), false), descending: true));
        Assert.Equal("b", Keys("x", new IndexRange(Number(-3), true, Number(-3))));
        Assert.Equal("e", Keys("x", new IndexRange(Words("text"), true, Words("text"))));
    }

    /// <summary>No value is taken for another, whatever bytes it or the key behind it contains.</summary>
    [Fact]
    public void Texts_that_begin_alike_or_hold_zeros_should_keep_their_order()
    {
        string[] texts = ["", "a", "a\0", "a\0b", "a\u0001", "aa", "ab", "b", new string('z', 80) + "\0\0x", new string('z', 80) + "\0\u00ff"];
        for (var i = 0; i < texts.Length; i++) _database.Write(Insert("k" + i, ("t", texts[i])));
        Assert.Equal(Enumerable.Range(0, texts.Length).Select(i => "k" + i), Keys("t", default).Split(' '));
        Assert.Equal(Enumerable.Range(0, texts.Length).Select(i => "k" + i).Reverse(), Keys("t", default, descending: true).Split(' '));
        for (var i = 0; i < texts.Length; i++) Assert.Equal("k" + i, Keys("t", new IndexRange(Words(texts[i]), true, Words(texts[i]))));
    }

    [Fact]
    public void Long_texts_should_be_cut_in_the_index_and_rechecked()
    {
        var same = new string('m', 300);
        _database.Write(Insert("a", ("t", same + "1")), Insert("b", ("t", same + "2")), Insert("c", ("t", same + "3")), Insert("d", ("t", "m")));
        Assert.Equal("b", Keys("t", new IndexRange(Words(same + "2"), true, Words(same + "2"))));
        Assert.Equal("b c", Keys("t", new IndexRange(Words(same + "1"), false)));
        Assert.Equal("d a b", Keys("t", new IndexRange(null, true, Words(same + "2"))));
        Assert.Equal("b a d", Keys("t", new IndexRange(null, true, Words(same + "2")), descending: true));
        Assert.Equal("d a", Keys("t", new IndexRange(null, true, Words(same + "2"), false)));
    }

    [Fact]
    public void A_record_with_an_array_should_come_out_once_at_its_first_element_in_the_range()
    {
        _database.Write(Insert("a", ("tags", Array(3, 1, 3, 9))), Insert("b", ("tags", Array(2))), Insert("c", ("tags", Array())));
        Assert.Equal("a b", Keys("tags", default));
        Assert.Equal("a b", Keys("tags", default, descending: true));
        Assert.Equal("b a", Keys("tags", new IndexRange(Number(2))));
        Assert.Equal("a", Keys("tags", new IndexRange(Number(9), true, Number(9))));
        _database.Write(Update("a", ("tags", Array(2))));
        Assert.Equal("", Keys("tags", new IndexRange(Number(3))));
    }

    /// <summary>Rule 2: the key plus the attributes newer than the base.</summary>
    [Fact]
    public void A_row_of_patches_alone_should_be_read_with_its_key()
    {
        _database.Receive(new("a"), 500, 0, Patch("k", ("x", 1)));
        Assert.Equal("id=k x=1", _database.Read("k"));
        Assert.Equal("k", Keys("x", new IndexRange(Number(1), true, Number(1))));
    }

    /// <summary>Rule 4.</summary>
    [Fact]
    public void Counters_should_be_folded_into_what_is_read_and_indexed()
    {
        _database.Write(Insert("a", ("n", 10)));
        _database.Receive(new("b"), _database.Now + 5, 0, Patch("a", ("n", Add(5))));
        _database.Receive(new("c"), _database.Now + 3, 0, Patch("a", ("n", Add(7))));
        Assert.Equal("id=a n=22", _database.Read("a"));
        Assert.Equal("a", Keys("n", new IndexRange(Number(22), true, Number(22))));
        Assert.Equal("", Keys("n", new IndexRange(Number(10), true, Number(15))));
    }

    [Fact]
    public void Counts_should_not_count_tombstones_and_be_kept_across_a_restart()
    {
        _database.Write(Insert("a"), Insert("b"), Insert("c"));
        _database.Write(Delete("b"), Upsert("c", ("x", 1)), Upsert("d"));
        _database.Reopen();
        using var view = _database.Engine.OpenView(_database.Now);
        Assert.Equal(3, view.Count(_database.Table, exact: false));
        Assert.Equal(3, view.Count(_database.Table, exact: true));
    }

    [Fact]
    public void Rows_should_be_seen_raw_by_copies_and_digests()
    {
        _database.Write(Insert("a"), Insert("b"), Insert("c") with { ExpiresAt = 1 });
        _database.Write(Delete("a"));
        using var view = _database.Engine.OpenView(_database.Now);
        using var rows = view.ScanRows(_database.Table);
        var seen = new List<string>();
        while (rows.MoveNext()) seen.Add($"{System.Text.Encoding.UTF8.GetString(rows.Key.Span)}{rows.Row.Alive}{rows.Row.ExpiresAt}");
        Assert.Equal(["aFalse", "bTrue", "cTrue1"], seen);
    }

    private string Keys(string attribute, IndexRange range, bool descending = false) =>
        Keys(view => view.ScanIndex(_database.Table, _database.Table.Find(attribute)!, range, descending));

    private string Keys(Func<IReadView, IRecordCursor> scan)
    {
        using var view = _database.Engine.OpenView(_database.Now);
        using var cursor = scan(view);
        var keys = new List<string>();
        while (cursor.MoveNext()) keys.Add(System.Text.Encoding.UTF8.GetString(cursor.Current.Key.Span));
        return string.Join(' ', keys);
    }

    private static ReadOnlyMemory<byte> Number(double number) => KeyCodec.FromNumber(number).Bytes;

    private static ReadOnlyMemory<byte> Words(string text)
    {
        var record = Record(("t", text));
        var key = new System.Buffers.ArrayBufferWriter<byte>();
        Assert.True(KeyCodec.FromValue(record.Values.Span, key));
        return key.WrittenMemory;
    }

    private static byte[] Array(params int[] numbers) => [(byte)(0x90 + numbers.Length), .. numbers.Select(number => (byte)number)];
}

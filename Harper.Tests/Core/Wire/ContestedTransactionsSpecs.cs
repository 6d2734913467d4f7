using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Records;
using Harper.Core.TransactionLog;
using Harper.Core.Transactions;
using Harper.Core.Values;
using Harper.Core.Wire.Dictionaries;
using Xunit;

namespace Harper.Tests.Core.Wire;

/// <summary>Proves rule 15: what an original might lose whole is known for as long as it may be writing, and not for ever, in bounded memory.</summary>
public sealed class ContestedTransactionsSpecs
{
    private readonly ContestedTransactions _contested = new();

    [Fact]
    public void A_transaction_should_be_contested_when_it_writes_what_one_before_it_did()
    {
        Assert.False(_contested.Sends(Writes("a", "b")));
        Assert.False(_contested.Sends(Writes("c", "d")));
        Assert.True(_contested.Sends(Writes("e", "b")));
        Assert.True(_contested.Sends(Writes("e", "f")));
        Assert.False(_contested.Sends(Writes("g", "h")));
    }

    [Fact]
    public void The_same_key_of_another_table_should_be_another_record()
    {
        _contested.Sends(Writes("a", "b"));
        Assert.False(_contested.Sends(Of("cat", "a", "b")));
    }

    [Fact]
    public void A_single_record_and_a_hundred_should_never_be()
    {
        _contested.Sends(Writes("a"));
        Assert.False(_contested.Sends(Writes("a")));
        Assert.False(_contested.Sends(Writes([.. Enumerable.Range(0, 99).Select(n => $"{n}"), "a"])));
        Assert.True(_contested.Sends(Writes([.. Enumerable.Range(0, 98).Select(n => $"{n}"), "a"])));
    }

    [Fact]
    public void What_did_not_change_anything_here_is_not_sent_and_should_not_count()
    {
        _contested.Sends(Writes("a"));
        var (applied, stub) = (Writes("a").Changes[0], Writes("b").Changes[0] with { IsStub = true });
        Assert.False(_contested.Sends(Writes("a") with { Changes = [applied, stub] }));
        Assert.True(_contested.Sends(Writes("a") with { Changes = [applied, stub, stub with { IsStub = false }] }));
    }

    /// <summary>None of a copy's rows is confirmed by itself: that nothing is unconfirmed says nothing of them.</summary>
    [Fact]
    public void A_row_of_a_copy_should_count_for_a_while_and_not_for_ever()
    {
        _contested.SendsCopied(Writes("a").Changes[0].Change);
        _contested.Passes(settled: true, now: 1_000);
        Assert.True(_contested.Sends(Writes("b", "a")));
        _contested.Passes(settled: true, now: 12_000);
        Assert.False(_contested.Sends(Writes("b", "a")));
    }

    [Fact]
    public void What_was_confirmed_should_be_free_again()
    {
        _contested.Sends(Writes("a", "b"));
        _contested.Passes(settled: false, now: 1);
        Assert.True(_contested.Sends(Writes("a", "c")));
        _contested.Passes(settled: true, now: 2);
        Assert.False(_contested.Sends(Writes("a", "c")));
    }

    [Fact]
    public void What_is_not_confirmed_should_be_known_for_two_thousand_transactions_and_forgotten_after_four()
    {
        _contested.Sends(Writes("a", "b"));
        for (var n = 0; n < 2_040; n++) _contested.Sends(Writes($"x{n}", $"y{n}"));
        Assert.True(_contested.Sends(Writes("b", "-")));
        for (var n = 0; n < 4_100; n++) _contested.Sends(Writes($"z{n}", $"-{n}"));
        Assert.False(_contested.Sends(Writes("a", "new")));
    }

    [Fact]
    public void Where_there_are_more_records_than_are_remembered_all_should_count_as_written()
    {
        Assert.False(_contested.Sends(Writes([.. Enumerable.Range(0, 65_537).Select(n => $"{n}")])));
        Assert.True(_contested.Sends(Writes("never", "seen")));
        _contested.Passes(settled: true, now: 1);
        Assert.False(_contested.Sends(Writes("never", "seen")));
    }

    [Fact]
    public void What_others_wrote_should_count_for_ten_seconds_whatever_is_confirmed()
    {
        _contested.Passes(settled: true, now: 1_000_000);
        _contested.Taken(Writes("hot"));
        _contested.Passes(settled: true, now: 1_009_000);
        Assert.True(_contested.Sends(Writes("a", "hot")));
        _contested.Passes(settled: true, now: 1_012_000);
        Assert.True(_contested.Sends(Writes("b", "hot")));
        _contested.Passes(settled: true, now: 1_024_000);
        Assert.False(_contested.Sends(Writes("c", "hot")));
        _contested.Taken(Writes("d"));
        _contested.Passes(settled: true, now: 1_100_000);
        Assert.False(_contested.Sends(Writes("d", "e")));
    }

    private static LoggedTransaction Writes(params string[] keys) => Of("dog", keys);

    private static LoggedTransaction Of(string table, params string[] keys) => new(1, new Stamp(1, GeneratedChanges.Self), 0, null,
        [.. keys.Select(key => new LoggedChange(new Change(new TableName(table), KeyCodec.FromText(key), ChangeKind.Delete, EncodedRecord.Empty), IsStub: false))]);
}

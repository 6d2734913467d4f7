using Harper.Core.Identity;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>
/// An original may hold two sockets for the changes of one node once that node was removed and added again. It dials each anew that is closed, so neither may be closed for the other.
/// </summary>
public sealed class TwinSocketSpecs : ScriptedPeerSpecBase
{
    private const string A = "127.0.0.134", Peer = "127.0.0.135";

    [Fact]
    public async Task Two_sockets_of_an_original_for_the_same_changes_should_both_be_served_and_each_outlive_the_other()
    {
        var a = await StartAsync(A, Peer);
        await a.CallAsync(new { operation = "create_table", database = "data", table = "dog", primary_key = "id" });
        await using var first = await DialAsync(Peer, A);
        await first.AskAsync(A, 1);
        await a.InsertAsync("dog", 1, "Penny");
        await first.UntilAsync(() => first.Rows.Count == 1);

        var second = await DialAsync(Peer, A);
        await second.AskAsync(A, 1);
        await second.UntilAsync(() => second.Rows.Count == 1);
        // Whoever is closed for the other says so to the reader.
        await a.InsertAsync("dog", 2, "Harper");
        await second.UntilAsync(() => second.Rows.Count == 2);
        await first.UntilAsync(() => first.Rows.Count == 2);

        await using var third = await DialAsync(Peer, A);
        await third.AskAsync(A, 1);
        await third.UntilAsync(() => third.Rows.Count == 2);
        await third.DisposeAsync();
        await second.DisposeAsync();
        await a.InsertAsync("dog", 3, "Billy");
        await first.UntilAsync(() => first.Rows.Count == 3);
        await Wait.UntilAsync(() => a.Board.Find(new NodeName(Peer))?.Databases["data"].Sending is { Connected: true }, "the socket that is left is the one that is shown");
    }
}

using System.Collections.Immutable;
using Harper.Actors.Transport;
using Harper.Core.Identity;
using Harper.Core.Values;
using Harper.Core.Wire;
using Harper.Core.Wire.Control;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>
/// A member of our kind that forges other nodes' changes (ADR 0012): nothing of it is taken while they can be heard themselves, it cannot silence anybody, and what it makes believed of a
/// node that is away ends as the same rows everywhere once that node is back.
/// </summary>
public sealed class ForgingMemberSpecs : ScriptedPeerSpecBase
{
    private const string Liar = "127.0.0.22", A = "127.0.0.24", B = "127.0.0.25", Ghost = "127.0.0.26";
    private const double FarFuture = 253_402_300_799_000;

    private readonly Guid _incarnation = Guid.NewGuid();

    [Fact]
    public async Task What_a_member_forges_should_be_taken_of_nobody_who_is_heard_himself_and_silence_nobody()
    {
        Listen(Liar);
        var a = await StartAsync(A, Liar, B);
        var b = await StartAsync(B, A);
        await b.InsertAsync("dog", 1, "b");
        await Wait.UntilAsync(() => a.Has("dog", 1), "ours are connected", 60);
        await using var liar = await AcceptAsync(B);
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

        // Half a minute ahead, so that what B really writes would look old; the same in the name of A; and of a node that nobody knows, from the year 9999.
        await liar.SendAsync(OriginalMessages.Message(now + 30_000, null, OriginalMessages.Entry(0x11, 2, 10, now + 30_000)));
        await liar.SendAsync(OriginalMessages.Message(now + 30_000, null, OriginalMessages.Entry(0x11, 1, 11, now + 30_000)));
        await liar.SendAsync(OriginalMessages.Message(FarFuture, null, OriginalMessages.Entry(0x11, 3, 12, FarFuture)));
        var again = await liar.UntilAsync<ControlFrame.SubscriptionRequest>(request => request.ExcludedNodes.Contains(new NodeName(Ghost)));
        Assert.Contains(new NodeName(B), again.ExcludedNodes);
        await AnswerAsync(liar);

        // Its own changes are taken: everything before them was seen.
        await liar.SendAsync(OriginalMessages.Message(now, null, OriginalMessages.Entry(0x11, 0, 13, now)));
        await Wait.UntilAsync(() => a.Has("dog", 13), "what the liar says for itself is taken", 60);
        Assert.False(a.Has("dog", 10) || a.Has("dog", 11) || a.Has("dog", 12));
        var through = a.Databases.Find(DatabaseName.Data)!.Engine.Positions.Through;
        Assert.True(through[new NodeName(B)] < now + 30_000);
        Assert.False(through.ContainsKey(new NodeName(Ghost)));
        await b.InsertAsync("dog", 2, "b");
        await a.InsertAsync("dog", 3, "a");
        await Wait.UntilAsync(() => a.Has("dog", 2) && b.Has("dog", 3), "nobody is silenced", 60);

        // Away, B is heard of through others, and they may lie. It comes back, finds what it never wrote, and nothing that it writes is lost.
        await b.DisposeAsync();
        await liar.UntilAsync<ControlFrame.SubscriptionRequest>(request => !request.Entries.IsEmpty && !request.ExcludedNodes.Contains(new NodeName(B)));
        await AnswerAsync(liar);
        now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await liar.SendAsync(OriginalMessages.Message(now + 20_000, null, OriginalMessages.Entry(0x11, 2, 14, now + 20_000)));
        await Wait.UntilAsync(() => a.Has("dog", 14), "what is said of a node that is away is believed", 60);
        b = await RestartAsync(b);
        await b.InsertAsync("dog", 4, "b");
        await Wait.UntilAsync(() => a.Has("dog", 4) && b.Has("dog", 14), "what it writes arrives, and both hold the same", 60);
    }

    /// <summary>Until it is asked without <paramref name="direct"/>, which is connected itself.</summary>
    private async Task<ScriptedSource> AcceptAsync(string direct)
    {
        while (true)
        {
            var socket = await DialledAsync();
            try
            {
                return await AcceptAsync(new ScriptedSource(socket), direct);
            }
            catch (Exception gone) when (gone is InvalidOperationException or PeerTransportException && socket.Ended.IsCompleted)
            {
                // Who waited too long for an answer has hung up, and dials again.
            }
        }
    }

    private async Task<ScriptedSource> AcceptAsync(ScriptedSource source, string direct)
    {
        await source.UntilAsync<ControlFrame.PeerName>(_ => true);
        await source.SendAsync(new ControlFrame.PeerName(
            new NodeName(Liar), DatabaseName.Data, [], null, new PeerAnnouncement(WireCapabilities.All, Guid.NewGuid(), _incarnation, 1)));
        await source.UntilAsync<ControlFrame.SubscriptionRequest>(request => request.ExcludedNodes.Contains(new NodeName(direct)));
        await AnswerAsync(source);
        await source.SendAsync(new ControlFrame.TableFixedStructure(
            8, new TableName("dog"), new TableStructures([], [new Shape(["id", "name"])]), [new AnnouncedAttribute("id", null, true)]));
        return source;
    }

    private static async Task AnswerAsync(ScriptedSource source)
    {
        await source.SendAsync(new ControlFrame.DbSchema([], DatabaseName.Data));
        await source.SendAsync(new ControlFrame.NodeNameToIdMap(
            ImmutableDictionary<NodeName, int>.Empty.Add(new NodeName(Liar), 0).Add(new NodeName(A), 1).Add(new NodeName(B), 2).Add(new NodeName(Ghost), 3), []));
    }
}

using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Harper.Actors.Cluster;
using Harper.Actors.Peers;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Sessions;
using Xunit;

namespace Harper.Tests.Actors;

/// <summary>Proves R-MON-02, 05, 06, 08, 10: the fields of one entry of database_sockets, and when each is there.</summary>
public sealed class SocketStatusSpecs
{
    private const double At = 1795418862049.109;
    private const string AtAsText = "Mon, 23 Nov 2026 07:27:42 GMT";
    private static readonly NodeName Peer = new("127.0.0.3");

    [Fact]
    public void A_socket_that_never_connected_should_claim_nothing()
    {
        var socket = Write(null);
        Assert.Equal(
            ["database", "connected", "threadId", "thread_id", "nodes", "lastReceivedVersion", "backPressurePercent", "lastReceivedStatus", "lagMs",
                "pendingTransactions", "pendingBytes", "bytesReceived", "bytesSent"],
            socket.EnumerateObject().Select(property => property.Name));
        Assert.False(socket.GetProperty("connected").GetBoolean());
        Assert.Equal(JsonValueKind.Null, socket.GetProperty("lagMs").ValueKind);
        Assert.Equal(0, socket.GetProperty("lastReceivedVersion").GetDouble());
    }

    [Fact]
    public void An_idle_socket_should_have_the_forms_of_the_original()
    {
        var socket = Write(Status(Receiving with { LatencyMs = 2.39 }, Sending with { LastCommitConfirmed = At }, connected: true));
        Assert.Equal(2.39, socket.GetProperty("latency").GetDouble());
        Assert.Equal(AtAsText, socket.GetProperty("lastCommitConfirmed").GetString());
        Assert.Equal(AtAsText, socket.GetProperty("lastReceivedRemoteTime").GetString());
        Assert.Equal(AtAsText, socket.GetProperty("lastReceivedLocalTime").GetString());
        Assert.Equal(At, socket.GetProperty("lastReceivedVersion").GetDouble());
        Assert.Equal("Waiting", socket.GetProperty("lastReceivedStatus").GetString());
        Assert.Equal("""["127.0.0.3"]""", socket.GetProperty("nodes").GetRawText());
        Assert.Equal(0, socket.GetProperty("lagMs").GetDouble());
        Assert.False(socket.TryGetProperty("sendingMessage", out _));
        Assert.False(socket.TryGetProperty("disconnectedSince", out _));
        Assert.False(socket.TryGetProperty("copyProgress", out _));
    }

    [Fact]
    public void A_copy_should_read_Copying_and_show_its_progress()
    {
        var socket = Write(Status(
            Receiving with { Copying = true, LastWasRecord = true, CopyProgress = new CopyProgress(new TableName("dog"), 500, 64_000, 2000) { Since = new CopyBeginning(At - 2000, 100, 12_800) } },
            Sending with { Copying = true, CopyProgress = new CopyProgress(new TableName("cat"), 7, 70, 100) }, connected: true));
        Assert.Equal("Copying", socket.GetProperty("lastReceivedRemoteTime").GetString());
        Assert.Equal("Copying", socket.GetProperty("sendingMessage").GetString());
        Assert.Equal("Receiving", socket.GetProperty("lastReceivedStatus").GetString());
        Assert.Equal(
            """{"table":"dog","records":500,"bytes":64000,"totalRecords":2000,"recordsPerSecond":200,"bytesPerSecond":25600,"secondsLeft":7.5}""",
            socket.GetProperty("copyProgress").GetRawText());
        Assert.Equal("""{"table":"cat","records":7,"bytes":70,"totalRecords":100}""", socket.GetProperty("sendingCopyProgress").GetRawText());
    }

    [Fact]
    public void The_worse_of_both_directions_should_be_the_lag_and_both_should_be_pending()
    {
        var socket = Write(Status(
            Receiving with { LagMs = 20, PendingTransactions = 3, PendingBytes = 300 },
            Sending with { LagMs = 500, PendingTransactions = 7, PendingBytes = 700, SendingPosition = At, BackPressurePercent = 12.5 }, connected: true));
        Assert.Equal((500, 10, 1000), (socket.GetProperty("lagMs").GetInt32(), socket.GetProperty("pendingTransactions").GetInt32(), socket.GetProperty("pendingBytes").GetInt32()));
        Assert.Equal(AtAsText, socket.GetProperty("sendingMessage").GetString());
        Assert.Equal(AtAsText, socket.GetProperty("lastSendTime").GetString());
        Assert.Equal(12.5, socket.GetProperty("backPressurePercent").GetDouble());
    }

    [Fact]
    public void A_lost_socket_should_keep_its_last_values_and_say_since_when_and_why()
    {
        var socket = Write(Status(Receiving with { Connected = false, LastWasRecord = true }, null, connected: false) with
        {
            DisconnectedSinceMs = At, LastError = new PeerConnectionError("1006", "the connection broke", At),
        });
        Assert.False(socket.GetProperty("connected").GetBoolean());
        Assert.Equal(At, socket.GetProperty("lastReceivedVersion").GetDouble());
        Assert.Equal("Waiting", socket.GetProperty("lastReceivedStatus").GetString());
        Assert.Equal(AtAsText, socket.GetProperty("disconnectedSince").GetString());
        Assert.Equal($$"""{"code":1006,"time":"{{AtAsText}}","reason":"the connection broke"}""", socket.GetProperty("lastConnectionError").GetRawText());
    }

    [Theory]
    [InlineData(0, 0, "Receiving")]
    [InlineData(5000, 3, "Receiving")]
    [InlineData(5000, 0, "Waiting")]
    public void A_socket_should_be_receiving_only_while_records_come_or_wait(double silentMs, int pending, string status)
    {
        var receiving = Receiving with { LastWasRecord = true, LastReceivedAt = At - silentMs, PendingTransactions = pending };
        Assert.Equal(status, Write(Status(receiving, null, connected: true)).GetProperty("lastReceivedStatus").GetString());
    }

    private sealed class FixedClock : Harper.Core.Time.IClock
    {
        public double NowMs => At;
    }

    private static ConnectionStatus Receiving => new()
    {
        Direction = ConnectionDirection.Receiving, Peer = Peer, Database = DatabaseName.Data, Number = 1, State = "streaming", Connected = true,
        LastReceivedVersion = At, LastReceivedAt = At, Origins = [Peer],
    };

    private static ConnectionStatus Sending => new()
    {
        Direction = ConnectionDirection.Sending, Peer = Peer, Database = DatabaseName.Data, Number = 2, State = "streaming", Connected = true,
    };

    private static DatabaseConnectionStatus Status(ConnectionStatus? receiving, ConnectionStatus? sending, bool connected) =>
        new(DatabaseName.Data, receiving, sending, connected, null, null, 0);

    private static JsonElement Write(DatabaseConnectionStatus? status)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            var plan = new PeerPlan(Peer, "ws://127.0.0.3:9933", ImmutableDictionary<DatabaseName, DatabaseLink>.Empty, null, null, null, null);
            new SocketStatusWriter(new NodeName("127.0.0.2"), new OutgoingBacklog(), new FixedClock()).Write(writer, plan, DatabaseName.Data, null, status);
        }
        using var document = JsonDocument.Parse(Encoding.UTF8.GetString(stream.ToArray()));
        return document.RootElement.Clone();
    }
}

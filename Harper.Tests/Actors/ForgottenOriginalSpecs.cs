using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Harper.Actors.Transport;
using Harper.Core.Identity;
using Harper.Core.Wire;
using Harper.Core.Wire.Control;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Actors;

/// <summary>
/// Proves R-CLU-15 and 18 for an original that is removed while it cannot be reached: it still has this node's row with a link that is over for good. Adding it again
/// tells it first what the removal could not.
/// </summary>
public sealed class ForgottenOriginalSpecs : IAsyncDisposable
{
    private const string Original = "127.0.0.12";
    private const string Self = "127.0.0.2";

    private readonly InMemoryTransport _network = new();
    private readonly ConcurrentQueue<string> _told = new();
    private readonly ConcurrentBag<IPeerSocket> _sockets = [];
    private ClusterNode? _node;
    private bool _isOurs;

    public async ValueTask DisposeAsync()
    {
        if (_node is not null) await _node.DisposeAsync();
        foreach (var socket in _sockets) await socket.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_original_that_was_removed_while_it_was_cut_off_should_forget_this_node_before_it_is_added_again(bool isOurs)
    {
        _isOurs = isOurs;
        Listen();
        _node = await ClusterNode.StartAsync(new ClusterNodeOptions(Self) { Network = _network });
        var add = new { operation = "add_node", hostname = Original, authorization = new { username = "HDB_ADMIN", password = "password" } };
        await _node.CallAsync(add);
        Assert.Equal(["add_node_back"], _told);

        _network.StopListening($"{Original}:9933");
        await _node.CallAsync(new { operation = "remove_node", hostname = Original });
        Assert.Equal([Self], _node.Members);
        _told.Clear();

        Listen();
        await _node.CallAsync(add);
        string[] expected = isOurs
            ? ["add_node_back removed"]
            : ["add_node_back removed", $"remove_node_back {Original}", $"remove_node_back {Self}", "add_node_back removed"];
        Assert.Equal(expected, _told);
        Assert.Contains(Original, _node.Members);
    }

    /// <summary>Rule 25: a route brings nobody back who could not be told to begin empty.</summary>
    [Fact]
    public async Task A_route_to_a_removed_node_that_cannot_be_told_should_leave_it_out_and_say_so()
    {
        _isOurs = true;
        Listen();
        _node = await ClusterNode.StartAsync(new ClusterNodeOptions(Self) { Network = _network });
        await _node.CallAsync(new { operation = "add_node", hostname = Original });
        _network.StopListening($"{Original}:9933");
        await _node.CallAsync(new { operation = "remove_node", hostname = Original });

        var set = await _node.CallAsync(new { operation = "cluster_set_routes", routes = new[] { Original } });
        Assert.Contains("it stays out until add_node is run here or there", set.GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal([Self], _node.Members);
        await Wait.UntilAsync(() => _node.Board.Find(new NodeName(Original)) is null, "it is not dialled", 60);

        Listen();
        _told.Clear();
        await _node.CallAsync(new { operation = "cluster_delete_routes", routes = new[] { Original } });
        set = await _node.CallAsync(new { operation = "cluster_set_routes", routes = new[] { Original } });
        Assert.False(set.TryGetProperty("warnings", out _));
        Assert.Equal(["add_node_back removed"], _told);
        Assert.Contains(Original, _node.Members);
    }

    private void Listen() => _network.Listen($"{Original}:9933", new PeerSocketSettings(), (socket, _) => AnswerAsync(socket));

    private async Task AnswerAsync(IPeerSocket socket)
    {
        _sockets.Add(socket);
        socket.Identified();
        while (await socket.ReceiveAsync(default) is { } message)
        {
            ControlFrame? answer = ControlFrameCodec.Decode(message.Span, FrameLimits.Default) switch
            {
                ControlFrame.OperationRequest request => new ControlFrame.OperationResponse(request.RequestId, Encoding.UTF8.GetBytes(Run(request.Json))),
                ControlFrame.PeerName name => new ControlFrame.PeerName(new NodeName(Original), name.Database, []),
                _ => null,
            };
            if (answer is not null) await socket.SendAsync(ControlFrameCodec.Encode(answer), default);
        }
    }

    private string Run(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var operation = document.RootElement.GetProperty("operation").GetString()!;
        // With a copy an original is asked for its time, whenever its socket comes to that.
        if (operation == "system_information") return "{}";
        var about = operation == "remove_node_back" ? $" {document.RootElement.GetProperty("name").GetString()}"
            : document.RootElement.TryGetProperty("removed", out _) ? " removed" : "";
        _told.Enqueue(operation + about);
        if (operation != "add_node_back") return $"{{\"message\":\"Successfully removed '{about}'\"}}";
        return _isOurs ? $"{{\"nodeName\":\"{Original}\",\"emptied\":false}}" : $"{{\"nodeName\":\"{Original}\"}}";
    }
}

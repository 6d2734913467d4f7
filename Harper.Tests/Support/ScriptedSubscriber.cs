using Harper.Actors.Transport;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Wire;
using Harper.Core.Wire.Control;
using Harper.Core.Wire.Data;
using Harper.Core.Wire.Dictionaries;
using Xunit;

namespace Harper.Tests.Support;

/// <summary>What reads as an original does, on a socket that it dialled.</summary>
/// <param name="isAsked">4.7 is asked whether it listens, with the first position that it is sent.</param>
internal sealed class ScriptedSubscriber(IPeerSocket socket, bool isAsked = true) : IAsyncDisposable
{
    private readonly IncomingChanges _changes = new(FrameLimits.Default);

    private bool _listens;

    public List<ControlFrame> Frames { get; } = [];

    public HashSet<RecordKey> Rows { get; } = [];

    public List<double> Stamps { get; } = [];

    /// <summary>Key and origin of every row, in the order in which they came.</summary>
    public List<(RecordKey Key, NodeName Origin)> Origins { get; } = [];

    public double? Position { get; private set; }

    /// <summary>So many data messages it throws away, as an original does whose database is not open yet.</summary>
    public int Deaf { get; set; }

    public ValueTask SendAsync(ControlFrame frame) => socket.SendAsync(ControlFrameCodec.Encode(frame), default);

    public ValueTask AskAsync(string node, double start) =>
        SendAsync(new ControlFrame.SubscriptionRequest([new SubscriptionEntry(new NodeName(node), start)]));

    public T Heard<T>() where T : ControlFrame => Frames.OfType<T>().Last();

    public async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(Wait.Deadline);
        while (!condition())
        {
            var message = await socket.ReceiveAsync(deadline.Token) ?? throw new InvalidOperationException($"closed: {(await socket.Ended).Reason}");
            if (ControlFrameCodec.IsControl(message.Span)) Take(ControlFrameCodec.Decode(message.Span, FrameLimits.Default));
            else await TakeAsync(message);
        }
    }

    public ValueTask DisposeAsync() => socket.DisposeAsync();

    private void Take(ControlFrame frame)
    {
        _changes.Learn(frame);
        Frames.Add(frame);
        if (frame is ControlFrame.SequenceIdUpdate update) Position = update.Position;
    }

    private async ValueTask TakeAsync(ReadOnlyMemory<byte> message)
    {
        // An original knows one form of data message, and that begins with a time.
        Assert.Equal(0x42, message.Span[0]);
        var reader = new DataMessageReader(message, FrameLimits.Default);
        while (reader.MoveNext()) Assert.Equal(0u, reader.Current.Action & (AuditAction.AuditReferences | AuditAction.LocalOnly | AuditAction.Stub));
        var transactions = new List<ReceivedTransaction>();
        _changes.Read(message, transactions);
        if (Deaf > 0)
        {
            Deaf--;
            return;
        }

        foreach (var transaction in transactions)
        {
            if (isAsked && !_listens && transaction is { Changes.IsEmpty: true, Position: { } asked })
            {
                // Whether it listens: that is all that this says.
                _listens = true;
                await SendAsync(new ControlFrame.CommittedUpdate(asked));
                continue;
            }

            Position = transaction.Position ?? Position;
            foreach (var change in transaction.Changes)
            {
                Rows.Add(change.Change.Key);
                Stamps.Add(change.Stamp.Version);
                Origins.Add((change.Change.Key, change.Stamp.Origin));
            }
        }
    }
}

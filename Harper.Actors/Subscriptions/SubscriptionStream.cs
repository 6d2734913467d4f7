using System.Diagnostics;
using Akka;
using Akka.Streams;
using Akka.Streams.Dsl;
using Harper.Actors.Transport;
using Harper.Core.Wire.Control;

namespace Harper.Actors.Subscriptions;

/// <summary>To where the messages of a subscription go, and who hears of it.</summary>
/// <param name="Listens">Returns when the peer takes what is sent; null: it does.</param>
internal sealed record SubscriptionSending(IPeerSocket Socket, CreditGate Credit, Func<ValueTask>? Listens, SubscriptionProgress Progress, Action CopySent);

/// <summary>
/// ⑤ The stream of one subscription, from the log to the socket: pulled piece by piece as the socket takes them, so that no more than two pieces are in
/// memory however slow the peer is.
/// </summary>
internal static class SubscriptionStream
{
    public static IRunnableGraph<(UniqueKillSwitch Switch, Task Done)> Create(
        SubscriptionPump pump, SubscriptionSending sending, CancellationToken cancellation) =>
        Pieces(pump, cancellation)
            .ViaMaterialized(KillSwitches.Single<SubscriptionBatch>(), Keep.Right)
            .SelectAsync(1, batch => SendAsync(batch, sending, cancellation)).Named("send")
            .ToMaterialized(Sink.Ignore<NotUsed>(), Keep.Both)
            .MapMaterializedValue(pair => (pair.Item1, (Task)pair.Item2))
            .WithAttributes(ActorAttributes.CreateDispatcher("harper.dispatchers.storage"));

    private static Source<SubscriptionBatch, NotUsed> Pieces(SubscriptionPump pump, CancellationToken cancellation) =>
        Source.FromGraph(new LogBell(pump, cancellation)).Named("log-bell")
            .Select(pulled => pulled.Read()).Named("read-and-encode");

    private static async Task<NotUsed> SendAsync(SubscriptionBatch batch, SubscriptionSending sending, CancellationToken cancellation)
    {
        var progress = sending.Progress;
        if (batch.Messages.IsEmpty)
        {
            progress.Passed(batch.Position);
            return NotUsed.Instance;
        }

        progress.Sending(batch.Position);
        try
        {
            if (sending.Listens is { } listens) await listens().ConfigureAwait(false);
            return await SendAllAsync(batch, sending, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return NotUsed.Instance;
        }
        catch (PeerTransportException)
        {
            // The connection's reader tells how the socket ended, and its owner ends this stream.
            await Task.Delay(Timeout.Infinite, cancellation).ContinueWith(_ => { }, TaskScheduler.Default).ConfigureAwait(false);
            return NotUsed.Instance;
        }
    }

    private static async Task<NotUsed> SendAllAsync(SubscriptionBatch batch, SubscriptionSending sending, CancellationToken cancellation)
    {
        var (socket, credit, progress) = (sending.Socket, sending.Credit, sending.Progress);
        var bytes = 0L;
        for (var i = 0; i < batch.Messages.Length; i++)
        {
            var message = batch.Messages[i];
            var started = Stopwatch.GetTimestamp();
            var cost = ControlFrameCodec.IsControl(message) ? 0 : message.Length;
            if (cost > 0) await credit.UseAsync(cost, cancellation).ConfigureAwait(false);
            try
            {
                await socket.SendAsync(message, cancellation, more: i < batch.Messages.Length - 1).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                credit.Return(cost);
                throw;
            }

            progress.Blocked(Stopwatch.GetTimestamp() - started);
            bytes += message.Length;
            if (batch.CopiedRows > 0) progress.CopiedMessage(message.Length);
        }

        progress.Sent(batch.Position, batch.Transactions, batch.Records, bytes);
        if (batch.CopiedRows > 0) progress.Copied(batch.Table, batch.CopiedRows, bytes);
        if (!batch.CopyEnds) return NotUsed.Instance;
        progress.CopyEnded();
        sending.CopySent();
        return NotUsed.Instance;
    }
}

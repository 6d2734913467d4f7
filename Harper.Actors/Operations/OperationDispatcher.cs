using System.Buffers;
using System.Text.Json;
using Harper.Actors.Operations.Permissions;
using Harper.Core.Operations;
using Microsoft.Extensions.Logging;

namespace Harper.Actors.Operations;

/// <summary>
/// The one way into operations, for HTTP, for sockets between nodes and for jobs: splits the body, finds the row of the catalogue, asks whether the
/// caller may, runs the handler under a deadline and turns what was thrown into an answer. Counts what is running, so that a stop can wait for it.
/// </summary>
public sealed partial class OperationDispatcher(
    OperationCatalog catalog, IOperationPermissions permissions, IOperationForwarding? forwarding, OperationSettings settings,
    ILogger<OperationDispatcher> log)
{
    private int _inFlight;

    /// <summary>Operations whose handlers are running now.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    public OperationCatalog Catalog { get; } = catalog;

    /// <summary>Never throws for what a caller did; only for cancellation by the caller.</summary>
    public async Task<OperationAnswer> RunAsync(
        ReadOnlyMemory<byte> utf8Body, Caller caller, CallOrigin origin, CancellationToken cancellation)
    {
        OperationFields fields;
        try
        {
            fields = OperationFields.ParseBody(utf8Body);
        }
        catch (OperationError error)
        {
            return OperationAnswer.Error(error);
        }
        return await RunAsync(fields, caller, origin, cancellation).ConfigureAwait(false);
    }

    public async Task<OperationAnswer> RunAsync(OperationFields fields, Caller caller, CallOrigin origin, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _inFlight);
        var operation = fields.Text("operation")!;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            var entry = Catalog.Find(operation);
            caller = permissions.Resolve(caller, fields);
            var call = new OperationCall(entry.Name, fields.Has("impersonate") ? fields.Without("impersonate") : fields, caller, origin);
            if (log.IsEnabled(LogLevel.Information)) LogCalled(caller.User ?? caller.Node, OperationText.Of(fields));
            if (permissions.Check(entry, call) is { } refused) throw refused;
            deadline.CancelAfter(entry.Deadline ?? settings.Deadline);
            var answer = await entry.Run(call, deadline.Token).ConfigureAwait(false);
            return entry.Forwardable && origin != CallOrigin.Socket && fields.Flag("replicated") && forwarding is not null
                ? await ForwardAsync(answer, call, forwarding, deadline.Token).ConfigureAwait(false)
                : answer;
        }
        catch (OperationError error)
        {
            if (operation.Length > 100) operation = operation[..100];
            LogRefused(operation, error.Status, error.Message);
            return OperationAnswer.Error(error);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            LogOverdue(operation);
            return OperationAnswer.Error(new OperationError(504, $"Operation '{operation}' did not finish in time"));
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            LogFailed(error, operation);
            return OperationAnswer.Error(new OperationError(500, "There was an error processing your request. Check logs and try again."));
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }

    /// <summary>Waits until nothing is running; false when the deadline came first.</summary>
    public async Task<bool> DrainAsync(TimeSpan deadline)
    {
        var until = Environment.TickCount64 + (long)deadline.TotalMilliseconds;
        while (InFlight > 0)
        {
            if (Environment.TickCount64 >= until) return false;
            await Task.Delay(10).ConfigureAwait(false);
        }
        return true;
    }

    /// <summary>Runs here first, then on every peer, and puts their answers beside ours (R-NRP-09).</summary>
    private static async Task<OperationAnswer> ForwardAsync(
        OperationAnswer answer, OperationCall call, IOperationForwarding forwarding, CancellationToken cancellation)
    {
        var results = await forwarding.ForwardAsync(call.Fields.Without("replicated"), call.Caller.User, cancellation).ConfigureAwait(false);
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new Utf8JsonWriter(buffer);
        await using (writer.ConfigureAwait(false)) await answer.WriteToAsync(writer, cancellation).ConfigureAwait(false);
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        var local = document.RootElement.Clone();
        return answer with { Stream = null, Write = output => WriteForwarded(output, local, results) };
    }

    private static void WriteForwarded(Utf8JsonWriter output, JsonElement local, IReadOnlyList<ForwardedResult> results)
    {
        output.WriteStartObject();
        foreach (var property in local.EnumerateObject()) property.WriteTo(output);
        output.WriteStartArray("replicated");
        foreach (var result in results)
        {
            output.WriteStartObject();
            foreach (var property in result.Answer.EnumerateObject().Where(property => property.Name != "node")) property.WriteTo(output);
            output.WriteString("node", result.Node.Value);
            output.WriteEndObject();
        }
        output.WriteEndArray();
        output.WriteEndObject();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{User} calls {Operation}")]
    private partial void LogCalled(string? user, string operation);

    // A 5xx that only says the request was wrong is a refusal like others: at info, and no fault of the server (D23).
    [LoggerMessage(Level = LogLevel.Information, Message = "Operation {Operation} refused with {Status}: {Reason}")]
    private partial void LogRefused(string operation, int status, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Operation {Operation} did not finish before its deadline")]
    private partial void LogOverdue(string operation);

    [LoggerMessage(Level = LogLevel.Error, Message = "Operation {Operation} failed")]
    private partial void LogFailed(Exception error, string operation);
}

using Harper.Actors.Jobs;
using System.Text.Json;
using Harper.Core.Operations;

namespace Harper.Actors.Operations;

/// <summary>An answer: a status and something that writes the JSON body. Searches write as they read, nothing is built up first.</summary>
public sealed record OperationAnswer(int Status, Action<Utf8JsonWriter> Write)
{
    /// <summary>Writes the body of an answer that may be large: reads, writes, yields, flushes the writer as it goes. Takes the place of <see cref="Write"/>.</summary>
    public Func<Utf8JsonWriter, CancellationToken, ValueTask>? Stream { get; init; }

    /// <summary>A session that began, for the carrier's cookie; empty: it ended; null: nothing changes.</summary>
    public string? Session { get; init; }

    /// <summary>Sent as Retry-After.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>
    /// Writes the body whichever kind it is. The carrier gives a writer over the response's stream; when this throws and the writer has
    /// committed no byte yet, the carrier may still answer with an error, else it cuts the connection, so that half an answer is never taken for a whole.
    /// </summary>
    public async ValueTask WriteToAsync(Utf8JsonWriter writer, CancellationToken cancellation)
    {
        if (Stream is null) Write(writer);
        else await Stream(writer, cancellation).ConfigureAwait(false);
        await writer.FlushAsync(cancellation).ConfigureAwait(false);
    }

    public static OperationAnswer Streamed(Func<Utf8JsonWriter, CancellationToken, ValueTask> stream) =>
        new(200, _ => throw new InvalidOperationException("This answer is written through WriteToAsync.")) { Stream = stream };

    public static OperationAnswer Message(string message) => new(200, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("message", message);
        writer.WriteEndObject();
    });

    /// <summary>Goes on as a job of the operation's name, and answers what every such operation does (R-JOB-01).</summary>
    public static async Task<OperationAnswer> AsJobAsync(IJobs jobs, OperationCall call, Func<IJobProgress, CancellationToken, Task<string>> work)
    {
        var job = await jobs.StartAsync(call.Operation, call.Caller.User, work).ConfigureAwait(false);
        return new OperationAnswer(200, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("message", $"Starting job with id {job}");
            writer.WriteString("job_id", job);
            writer.WriteEndObject();
        });
    }

    public static OperationAnswer Json(JsonElement body, int status = 200) => new(status, body.WriteTo);

    /// <summary><c>{"error": text}</c> and what the error has to say beside it.</summary>
    public static OperationAnswer Error(OperationError error) => new(error.Status, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("error", error.Message);
        error.Details?.Invoke(writer);
        writer.WriteEndObject();
    })
    { RetryAfterSeconds = error.RetryAfterSeconds };
}

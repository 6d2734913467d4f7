using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Harper.Actors.Operations;
using Harper.Core.Operations;
using Microsoft.AspNetCore.Http;

namespace Harper.Host.Http;

/// <summary>Writes an operation's answer as the original does: short ones whole with their length, searches as they are read.</summary>
internal static class AnswerWriter
{
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _kept;

    public static async Task WriteAsync(HttpContext context, OperationAnswer answer, long started, CancellationToken cancellation)
    {
        if (answer.Stream is null)
        {
            await WriteWholeAsync(context, answer, started, cancellation).ConfigureAwait(false);
            return;
        }
        Prepare(context, answer, started);
        var writer = new Utf8JsonWriter(context.Response.Body, Json);
        try
        {
            await answer.WriteToAsync(writer, cancellation).ConfigureAwait(false);
            await writer.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (!context.Response.HasStarted && failure is OperationError)
        {
            context.Response.Clear();
            await WriteWholeAsync(context, OperationAnswer.Error((OperationError)failure), started, cancellation).ConfigureAwait(false);
        }
        catch when (context.Response.HasStarted)
        {
            // Half an answer must not look like a whole one.
            context.Abort();
            throw;
        }
    }

    private static async ValueTask WriteWholeAsync(HttpContext context, OperationAnswer answer, long started, CancellationToken cancellation)
    {
        var buffer = Interlocked.Exchange(ref _kept, null) ?? new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer, Json)) answer.Write(writer);
        Prepare(context, answer, started);
        context.Response.ContentLength = buffer.WrittenCount;
        await context.Response.Body.WriteAsync(buffer.WrittenMemory, cancellation).ConfigureAwait(false);
        if (buffer.Capacity > 256 * 1024) return;
        buffer.ResetWrittenCount();
        _kept = buffer;
    }

    private static void Prepare(HttpContext context, OperationAnswer answer, long started)
    {
        var response = context.Response;
        response.StatusCode = answer.Status;
        response.ContentType = "application/json";
        SetTiming(response, started);
        if (answer.RetryAfterSeconds is { } seconds) response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
    }

    public static void SetTiming(HttpResponse response, long started) =>
        response.Headers["server-timing"] = string.Create(
            CultureInfo.InvariantCulture, $"db;dur={Stopwatch.GetElapsedTime(started).TotalMilliseconds:0.000}");
}

using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Harper.Actors.Operations;
using Harper.Core.Json;
using Harper.Core.Operations;
using Harper.Host.Http.ContentTypes;
using Microsoft.AspNetCore.Http;

namespace Harper.Host.Http;

/// <summary>Writes an operation's answer as the original does, in the content type that the caller accepts: short ones whole with their length, searches as they are read.</summary>
internal static class AnswerWriter
{
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private static readonly JsonWriterOptions Exact = new() { Encoder = ExactValue.Encoder, SkipValidation = true };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _kept;

    public static async Task WriteAsync(HttpContext context, OperationAnswer answer, long started, CancellationToken cancellation)
    {
        var type = AnswerTypes.Choose(context.Request.Headers.Accept) ?? AnswerType.Json;
        if (answer.Stream is null)
        {
            await WriteWholeAsync(context, answer, type, started, cancellation).ConfigureAwait(false);
            return;
        }
        Prepare(context, answer, type, started);
        try
        {
            await StreamAsync(context.Response.Body, answer, type, cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (!context.Response.HasStarted && failure is OperationError)
        {
            context.Response.Clear();
            await WriteWholeAsync(context, OperationAnswer.Error((OperationError)failure), type, started, cancellation).ConfigureAwait(false);
        }
        catch when (context.Response.HasStarted)
        {
            // Half an answer must not look like a whole one.
            context.Abort();
            throw;
        }
    }

    private static async ValueTask StreamAsync(Stream body, OperationAnswer answer, AnswerType type, CancellationToken cancellation)
    {
        if (FormOf(type) is not { } form)
        {
            var writer = new Utf8JsonWriter(body, Json);
            await answer.WriteToAsync(writer, cancellation).ConfigureAwait(false);
            await writer.DisposeAsync().ConfigureAwait(false);
            return;
        }
        var stream = new AnswerStream(form, body);
        await using (stream.ConfigureAwait(false))
        {
            var writer = new Utf8JsonWriter(stream, OptionsOf(type));
            await answer.WriteToAsync(writer, cancellation).ConfigureAwait(false);
            await writer.DisposeAsync().ConfigureAwait(false);
            await stream.FinishAsync(cancellation).ConfigureAwait(false);
        }
    }

    private static async ValueTask WriteWholeAsync(HttpContext context, OperationAnswer answer, AnswerType type, long started, CancellationToken cancellation)
    {
        var buffer = Interlocked.Exchange(ref _kept, null) ?? new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer, OptionsOf(type))) answer.Write(writer);
        if (FormOf(type) is { } form)
        {
            var converted = new ArrayBufferWriter<byte>(buffer.WrittenCount + 64);
            AnswerStream.Convert(form, buffer.WrittenSpan, converted);
            buffer = converted;
        }
        Prepare(context, answer, type, started);
        context.Response.ContentLength = buffer.WrittenCount;
        await context.Response.Body.WriteAsync(buffer.WrittenMemory, cancellation).ConfigureAwait(false);
        if (buffer.Capacity > 256 * 1024) return;
        buffer.ResetWrittenCount();
        _kept = buffer;
    }

    private static IAnswerForm? FormOf(AnswerType type) => type switch
    {
        AnswerType.Cbor => new CborAnswer(),
        AnswerType.MessagePack => new MessagePackAnswer(),
        AnswerType.Csv => new CsvAnswer(),
        _ => null,
    };

    private static JsonWriterOptions OptionsOf(AnswerType type) => type is AnswerType.Cbor or AnswerType.MessagePack ? Exact : Json;

    private static void Prepare(HttpContext context, OperationAnswer answer, AnswerType type, long started)
    {
        var response = context.Response;
        response.StatusCode = answer.Status;
        response.ContentType = AnswerTypes.NameOf(type);
        SetTiming(response, started);
        if (answer.RetryAfterSeconds is { } seconds) response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
    }

    public static void SetTiming(HttpResponse response, long started) =>
        response.Headers["server-timing"] = string.Create(
            CultureInfo.InvariantCulture, $"db;dur={Stopwatch.GetElapsedTime(started).TotalMilliseconds:0.000}");
}

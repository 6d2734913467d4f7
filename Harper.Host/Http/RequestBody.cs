using System.Buffers;
using System.IO.Pipelines;
using Harper.Core.Operations;
using Microsoft.AspNetCore.Http;

namespace Harper.Host.Http;

/// <summary>
/// A request's body in one piece of pooled memory. It grows as bytes arrive, never by what a header claims, and all bodies of the process
/// together stay within a budget.
/// </summary>
internal sealed class RequestBody : IDisposable
{
    public const long MaxBytes = 1L << 30;

    private const int FirstBytes = 16 * 1024;
    private const long BudgetBytes = 3L << 30;

    private static long _held;
    private byte[] _buffer = [];
    private int _length;

    private RequestBody()
    {
    }

    /// <summary>Valid until disposed: until the answer is written. Whoever needs it longer copies.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <exception cref="OperationError">413: longer than 1 GB. 503: too much at once.</exception>
    public static async ValueTask<RequestBody> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (request.ContentLength > MaxBytes) throw TooLarge();
        var body = new RequestBody();
        try
        {
            await body.FillAsync(request.BodyReader, cancellation).ConfigureAwait(false);
            return body;
        }
        catch (BadHttpRequestException error) when (error.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            body.Dispose();
            throw TooLarge();
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_buffer.Length == 0) return;
        Interlocked.Add(ref _held, -_buffer.Length);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private async ValueTask FillAsync(PipeReader reader, CancellationToken cancellation)
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancellation).ConfigureAwait(false);
            if (_length + read.Buffer.Length > MaxBytes) throw TooLarge();
            Reserve((int)read.Buffer.Length);
            read.Buffer.CopyTo(_buffer.AsSpan(_length));
            _length += (int)read.Buffer.Length;
            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) return;
        }
    }

    private void Reserve(int more)
    {
        var needed = (long)_length + more;
        if (needed <= _buffer.Length) return;
        var grown = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max(Math.Max(FirstBytes, needed), 2L * _buffer.Length), MaxBytes));
        if (Interlocked.Add(ref _held, grown.Length) > BudgetBytes)
        {
            Interlocked.Add(ref _held, -grown.Length);
            ArrayPool<byte>.Shared.Return(grown);
            throw new OperationError(503, "Too many large requests at once, try again") { RetryAfterSeconds = 2 };
        }
        Bytes.Span.CopyTo(grown);
        var old = _buffer;
        _buffer = grown;
        if (old.Length == 0) return;
        Interlocked.Add(ref _held, -old.Length);
        ArrayPool<byte>.Shared.Return(old);
    }

    private static OperationError TooLarge() =>
        new(413, "Request body is larger than 1 GB; send the records in several requests, or load a file with csv_file_load");
}

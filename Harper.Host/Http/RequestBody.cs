using System.Buffers;
using System.IO.Pipelines;
using Harper.Core.Operations;
using Microsoft.AspNetCore.Http;

namespace Harper.Host.Http;

/// <summary>
/// A request's body in one piece. It grows as bytes arrive, never by what a header claims, and all bodies being answered stay within a budget. The bytes are
/// not pooled: a job may go on reading them after its request was answered.
/// </summary>
internal sealed class RequestBody : IDisposable
{
    public const long MaxBytes = 1L << 30;

    /// <summary>Of somebody who has not logged in: enough for credentials and a token.</summary>
    public const long MaxStrangerBytes = 64 * 1024;

    /// <summary>A claim that is believed at once.</summary>
    private const int BelievedBytes = 1 << 20;

    private const long BudgetBytes = 3L << 30;

    private const int LargeBytes = 64 << 20;

    private static readonly TimeSpan CollectAfter = TimeSpan.FromMilliseconds(500);

    private static long _held;
    private static int _collecting;
    private byte[] _buffer = [];
    private int _length;

    private readonly long _most;

    private RequestBody(long most) => _most = most;

    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <exception cref="OperationError">413: longer than 1 GB. 503: too much at once.</exception>
    public static async ValueTask<RequestBody> ReadAsync(HttpRequest request, long most, CancellationToken cancellation)
    {
        if (request.ContentLength > most) throw TooLarge();
        var body = new RequestBody(most);
        try
        {
            await body.FillAsync(request.BodyReader, request.ContentLength ?? 0, cancellation).ConfigureAwait(false);
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

    /// <summary>Gives the budget back.</summary>
    public void Dispose()
    {
        Interlocked.Add(ref _held, -_buffer.Length);
        var large = _buffer.Length >= LargeBytes;
        _buffer = [];
        if (large && Interlocked.Exchange(ref _collecting, 1) == 0) _ = CollectAsync();
    }

    /// <summary>
    /// The runtime gives large arrays back in a full collection, which a quiet node never has, and even then keeps their pages for later. One collection
    /// for all that ended lately, once the calls that held them have unwound.
    /// </summary>
    private static async Task CollectAsync()
    {
        await Task.Delay(CollectAfter).ConfigureAwait(false);
        Volatile.Write(ref _collecting, 0);
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    private async ValueTask FillAsync(PipeReader reader, long claimed, CancellationToken cancellation)
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancellation).ConfigureAwait(false);
            if (_length + read.Buffer.Length > _most) throw TooLarge();
            Reserve(_length + read.Buffer.Length, claimed);
            read.Buffer.CopyTo(_buffer.AsSpan(_length));
            _length += (int)read.Buffer.Length;
            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) return;
        }
    }

    private void Reserve(long needed, long claimed)
    {
        if (needed <= _buffer.Length) return;
        var size = claimed <= BelievedBytes ? Math.Max(needed, claimed) : Math.Max(needed, Math.Min(claimed, Math.Max(BelievedBytes, 4L * _buffer.Length)));
        if (claimed == 0) size = Math.Max(needed, Math.Min(MaxBytes, 2L * _buffer.Length));
        if (Interlocked.Add(ref _held, size - _buffer.Length) > BudgetBytes)
        {
            Interlocked.Add(ref _held, _buffer.Length - size);
            throw new OperationError(503, "Too many large requests at once, try again") { RetryAfterSeconds = 2 };
        }
        var grown = GC.AllocateUninitializedArray<byte>((int)size);
        Bytes.Span.CopyTo(grown);
        _buffer = grown;
    }

    private static OperationError TooLarge() =>
        new(413, "Request body is larger than 1 GB; send the records in several requests, or load a file with csv_file_load");
}

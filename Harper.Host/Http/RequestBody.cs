using System.Buffers;
using System.IO.Pipelines;
using Harper.Core.Operations;
using Microsoft.AspNetCore.Http;

namespace Harper.Host.Http;

/// <summary>
/// A request's body in one piece. It grows as bytes arrive, never by what a header claims; beyond some megabytes it goes to a file in the root folder and is read from there
/// (<see cref="MappedBody"/>), so that no body makes the process large. What lies in memory is not pooled: a job may go on reading it after its request was answered.
/// </summary>
internal sealed class RequestBody : IDisposable
{
    public const long MaxBytes = 1L << 30;

    /// <summary>Of somebody who has not logged in: enough for credentials and a token.</summary>
    public const long MaxStrangerBytes = 64 * 1024;

    /// <summary>A claim that is believed at once.</summary>
    private const int BelievedBytes = 1 << 20;

    /// <summary>What a body may have in memory.</summary>
    private const int MemoryBytes = 32 << 20;

    /// <summary>All bodies in memory.</summary>
    private const long BudgetBytes = 512L << 20;

    /// <summary>All bodies in files, of requests that are being answered.</summary>
    private const long FileBudgetBytes = 8L << 30;

    private static long _held;
    private static long _filed;
    private byte[] _buffer = [];
    private int _length;
    private FileStream? _file;
    private long _reserved;
    private MappedBody? _mapped;

    private readonly long _most;

    private RequestBody(long most) => _most = most;

    public ReadOnlyMemory<byte> Bytes => _mapped is null ? _buffer.AsMemory(0, _length) : _mapped.Memory;

    /// <param name="folder">Where large bodies go.</param>
    /// <exception cref="OperationError">413: longer than 1 GB. 503: too much at once. 507: the disk is full.</exception>
    public static async ValueTask<RequestBody> ReadAsync(HttpRequest request, long most, string folder, CancellationToken cancellation)
    {
        if (request.ContentLength > most) throw TooLarge();
        var body = new RequestBody(most);
        try
        {
            await body.FillAsync(request.BodyReader, request.ContentLength ?? 0, folder, cancellation).ConfigureAwait(false);
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

    /// <summary>Gives the budgets back. A body that a job still reads stays where it is until nobody does.</summary>
    public void Dispose()
    {
        GC.KeepAlive(_mapped);
        Interlocked.Add(ref _held, -_buffer.Length);
        Interlocked.Add(ref _filed, -_reserved);
        _reserved = 0;
        _buffer = [];
        _mapped = null;
        _file?.Dispose();
    }

    private async ValueTask FillAsync(PipeReader reader, long claimed, string folder, CancellationToken cancellation)
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancellation).ConfigureAwait(false);
            var total = (_file?.Position ?? _length) + read.Buffer.Length;
            if (total > _most) throw TooLarge();
            if (_file is null && total > MemoryBytes) await MoveToFileAsync(folder, cancellation).ConfigureAwait(false);
            if (_file is { } file) await WriteAsync(file, read.Buffer, cancellation).ConfigureAwait(false);
            else
            {
                Reserve(total, Math.Min(claimed, MemoryBytes));
                read.Buffer.CopyTo(_buffer.AsSpan(_length));
                _length = (int)total;
            }
            reader.AdvanceTo(read.Buffer.End);
            if (!read.IsCompleted) continue;
            if (_file is not null) _mapped = new MappedBody(_file);
            return;
        }
    }

    private async ValueTask MoveToFileAsync(string folder, CancellationToken cancellation)
    {
        _file = Guard(() =>
        {
            Directory.CreateDirectory(folder);
            return new FileStream(
                Path.Combine(folder, Guid.NewGuid().ToString("N")), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16,
                FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        });
        await WriteAsync(_file, new ReadOnlySequence<byte>(_buffer, 0, _length), cancellation).ConfigureAwait(false);
        Interlocked.Add(ref _held, -_buffer.Length);
        _buffer = [];
        _length = 0;
    }

    private async ValueTask WriteAsync(FileStream file, ReadOnlySequence<byte> bytes, CancellationToken cancellation)
    {
        if (Interlocked.Add(ref _filed, bytes.Length) > FileBudgetBytes)
        {
            Interlocked.Add(ref _filed, -bytes.Length);
            throw TooMuch();
        }
        _reserved += bytes.Length;
        try
        {
            foreach (var piece in bytes) await file.WriteAsync(piece, cancellation).ConfigureAwait(false);
        }
        catch (IOException failure)
        {
            throw NoDisk(failure);
        }
    }

    private static FileStream Guard(Func<FileStream> open)
    {
        try
        {
            return open();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw NoDisk(failure);
        }
    }

    private void Reserve(long needed, long claimed)
    {
        if (needed <= _buffer.Length) return;
        var size = claimed <= BelievedBytes ? Math.Max(needed, claimed) : Math.Max(needed, Math.Min(claimed, Math.Max(BelievedBytes, 4L * _buffer.Length)));
        if (claimed == 0) size = Math.Max(needed, Math.Min(MemoryBytes, 2L * _buffer.Length));
        if (Interlocked.Add(ref _held, size - _buffer.Length) > BudgetBytes)
        {
            Interlocked.Add(ref _held, _buffer.Length - size);
            throw TooMuch();
        }
        var grown = GC.AllocateUninitializedArray<byte>((int)size);
        _buffer.AsSpan(0, _length).CopyTo(grown);
        _buffer = grown;
    }

    private static OperationError TooMuch() => new(503, "Too many large requests at once, try again") { RetryAfterSeconds = 2 };

    private static OperationError NoDisk(Exception failure) => new(507, $"The request body cannot be kept on disk: {failure.Message}");

    private static OperationError TooLarge() =>
        new(413, "Request body is larger than 1 GB; send the records in several requests, or load a file with csv_file_load");
}

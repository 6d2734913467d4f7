using System.Text;

namespace Harper.Host.Logging;

/// <summary>The file <c>hdb.log</c>: appended to, set aside under a dated name when it is too long or too old. Used by one thread.</summary>
internal sealed class LogFile(string path, string rotationDirectory, long maxBytes, TimeSpan? maxAge) : IDisposable
{
    private FileStream? _stream;
    private DateTime _begun;

    public void Write(ReadOnlySpan<char> line, DateTime utcNow)
    {
        var stream = _stream ??= Open(utcNow);
        if (stream.Length > 0 && (stream.Length > maxBytes || maxAge is { } age && utcNow - _begun > age)) stream = _stream = Rotate(stream, utcNow);
        Span<byte> bytes = line.Length <= 1024 ? stackalloc byte[3 * 1024 + 1] : new byte[Encoding.UTF8.GetMaxByteCount(line.Length) + 1];
        var length = Encoding.UTF8.GetBytes(line, bytes);
        bytes[length] = (byte)'\n';
        stream.Write(bytes[..(length + 1)]);
    }

    public void Flush() => _stream?.Flush();

    public void Dispose() => _stream?.Dispose();

    private FileStream Open(DateTime utcNow)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 16 * 1024);
        _begun = stream.Length > 0 ? File.GetCreationTimeUtc(path) : utcNow;
        return stream;
    }

    private FileStream Rotate(FileStream stream, DateTime utcNow)
    {
        stream.Dispose();
        Directory.CreateDirectory(rotationDirectory);
        var aside = Path.Combine(rotationDirectory, $"{Path.GetFileNameWithoutExtension(path)}-{utcNow:yyyy-MM-ddTHH-mm-ss.fffZ}.log");
        File.Move(path, aside, overwrite: true);
        return Open(utcNow);
    }
}

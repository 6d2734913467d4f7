using System.Buffers;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Harper.Host.Http;

/// <summary>
/// A large body that lies in a file without a name and is read as memory. Pages that were read are let go again every few milliseconds, so that the process never holds more than what is
/// being looked at, however often the whole is gone through. It lives for as long as anybody holds a slice of it: jobs go on reading after their request was answered.
/// </summary>
internal sealed unsafe partial class MappedBody : MemoryManager<byte>
{
    private const int DontNeed = 4;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly Timer _timer;
    private readonly byte* _bytes;
    private readonly int _length;
    private int _gone;

    /// <param name="stream">A file that is deleted when it is closed. It is taken over.</param>
    public MappedBody(FileStream stream)
    {
        _length = checked((int)stream.Length);
        _file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, _length, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _bytes);
        // Where the system allows it the name goes at once: what is mapped stays, and a kill leaves nothing behind.
        if (!OperatingSystem.IsWindows()) File.Delete(stream.Name);
        // The timer must not keep the body alive.
        _timer = new Timer(static body => (((WeakReference<MappedBody>)body!).TryGetTarget(out var mapped) ? mapped : null)?.Drop(), new WeakReference<MappedBody>(this), Interval, Interval);
    }

    // A span alone does not keep its memory. Whoever reads one holds this object beyond the span: a request until it is answered (RequestBody.Dispose), a load by its reader, which
    // says so after every block (JsonStringReader).
#pragma warning disable CA2015
    ~MappedBody() => Dispose(disposing: false);
#pragma warning restore CA2015

    public override Span<byte> GetSpan() => new(_bytes, _length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(_bytes + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _gone, 1) != 0) return;
        _timer.Dispose();
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    /// <summary>Whoever looks at a page again gets it from the file.</summary>
    private void Drop()
    {
        if (OperatingSystem.IsLinux() && Volatile.Read(ref _gone) == 0) _ = Advise(_bytes, (nuint)_length, DontNeed);
        GC.KeepAlive(this);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(byte* address, nuint length, int advice);
}

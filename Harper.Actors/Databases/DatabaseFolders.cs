using System.Collections.Immutable;
using System.Text;
using Harper.Core.Identity;

namespace Harper.Actors.Databases;

/// <summary>
/// Where databases lie on disk: below the storage root, unless the configuration gives a database its own path (<c>databases.*.path</c>).
/// Any legal database name becomes a folder name that is legal everywhere and unlike every other's.
/// </summary>
/// <param name="Root">The storage folder, for example <c>/var/lib/harper/database</c>.</param>
/// <param name="Paths">Folders given by the configuration, by database name; each holds one database.</param>
public sealed record DatabaseFolders(string Root, ImmutableDictionary<DatabaseName, string> Paths)
{
    /// <summary>The longest folder name that every file system takes, with room for a mark.</summary>
    public const int MaxFolderBytes = 240;

    public static DatabaseFolders Below(string root) => new(root, ImmutableDictionary<DatabaseName, string>.Empty);

    public string FolderOf(DatabaseName name) => Paths.TryGetValue(name, out var path) ? path : Path.Combine(Root, Encode(name));

    private const string AsideMark = "+set-aside-";

    /// <summary>Where the files of a database go that begins anew; no database's folder is ever named so.</summary>
    public string AsideOf(DatabaseName name, double nowMs) => $"{FolderOf(name)}{AsideMark}{DateTime.UnixEpoch.AddMilliseconds(nowMs):yyyyMMdd'T'HHmmssfff'Z'}";

    public static bool IsAside(string folder) => folder.Contains(AsideMark, StringComparison.Ordinal);

    /// <summary>Lower-case letters, digits, '-', '_' and inner dots stand for themselves; every other byte of the UTF-8 name is <c>%XX</c>
    /// (capitals too: some file systems ignore case).</summary>
    public static string Encode(DatabaseName name)
    {
        var bytes = Encoding.UTF8.GetBytes(name.Value);
        var folder = new StringBuilder(bytes.Length);
        for (var i = 0; i < bytes.Length; i++)
        {
            var unit = bytes[i];
            var plain = unit is >= (byte)'a' and <= (byte)'z' or >= (byte)'0' and <= (byte)'9' or (byte)'-' or (byte)'_'
                || (unit == (byte)'.' && i > 0 && i < bytes.Length - 1);
            if (plain) folder.Append((char)unit);
            else folder.Append('%').Append(unit.ToString("X2"));
        }
        return folder.ToString();
    }

    /// <summary>The name that <see cref="Encode"/> made the folder from; null for a folder that it cannot have made.</summary>
    public static DatabaseName? Decode(string folder)
    {
        var bytes = new List<byte>(folder.Length);
        for (var i = 0; i < folder.Length; i++)
        {
            if (folder[i] != '%')
            {
                if (folder[i] > 127) return null;
                bytes.Add((byte)folder[i]);
            }
            else if (i + 2 < folder.Length && byte.TryParse(folder.AsSpan(i + 1, 2), System.Globalization.NumberStyles.HexNumber, null, out var unit))
            {
                bytes.Add(unit);
                i += 2;
            }
            else
            {
                return null;
            }
        }
        var name = new DatabaseName(Encoding.UTF8.GetString([.. bytes]));
        return name.Value.Length > 0 && Encode(name) == folder ? name : null;
    }
}

using CsCheck;
using Harper.Actors.Databases;
using Harper.Core.Identity;
using Xunit;

namespace Harper.Tests.Actors;

/// <summary>Folders of databases. Proves R-SCH-09 on disk: every legal name has a folder of its own on any file system.</summary>
public sealed class DatabaseFoldersSpecs
{
    [Theory]
    [InlineData("data", "data")]
    [InlineData("Data", "%44ata")]
    [InlineData("my db", "my%20db")]
    [InlineData("..", "%2E%2E")]
    [InlineData("ü", "%C3%BC")]
    [InlineData("a.b", "a.b")]
    public void A_name_should_become_a_folder_that_any_file_system_takes(string name, string folder)
    {
        Assert.Equal(folder, DatabaseFolders.Encode(new DatabaseName(name)));
        Assert.Equal(name, DatabaseFolders.Decode(folder)?.Value);
    }

    [Theory]
    [InlineData("Data")]
    [InlineData("%zz")]
    [InlineData("%4")]
    [InlineData("data~dropped")]
    [InlineData("")]
    public void A_folder_that_no_name_becomes_should_not_be_taken_for_a_database(string folder) => Assert.Null(DatabaseFolders.Decode(folder));

    [Fact]
    public void Every_name_should_come_back_from_its_folder() => Gen.String[Gen.Char[' ', 'ÿ'], 1, 60].Sample(name =>
    {
        var folder = DatabaseFolders.Encode(new DatabaseName(name));
        return folder.All(unit => char.IsAsciiLetterOrDigit(unit) || "%-_.".Contains(unit)) && DatabaseFolders.Decode(folder)?.Value == name;
    });

    [Fact]
    public void A_configured_path_should_win_over_the_storage_root()
    {
        var folders = DatabaseFolders.Below("/root/database") with { Paths = DatabaseFolders.Below("").Paths.Add(new DatabaseName("logs"), "/mnt/logs") };
        Assert.Equal("/mnt/logs", folders.FolderOf(new DatabaseName("logs")));
        Assert.Equal(Path.Combine("/root/database", "data"), folders.FolderOf(DatabaseName.Data));
    }
}

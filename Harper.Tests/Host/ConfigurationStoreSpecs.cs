using System.Text.Json;
using Harper.Core.Operations;
using Harper.Host.Configuration;
using Xunit;

namespace Harper.Tests.Host;

/// <summary>Proves R-SYS-03, R-SYS-06 and D29: the configuration file as operations change it.</summary>
public sealed class ConfigurationStoreSpecs : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("harper-config-").FullName;
    private readonly Dictionary<string, string> _environment = [];

    public ConfigurationStoreSpecs() => File.WriteAllText(FilePath, "replication:\n  port: 9933\nmine:\n  own: kept\n");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_known_key_should_be_written_and_the_old_file_backed_up()
    {
        var change = Set("""{"logging_level": "debug", "HTTP_port": "9999"}""");
        Assert.Empty(change.Warnings);
        Assert.Contains("port: 9933", File.ReadAllText(change.BackupFile!), StringComparison.Ordinal);
        var config = Loader().Load().Config!;
        Assert.Equal("debug", config.Logging.Level);
        Assert.Equal(9999, config.Http.Port!.Port);
        Assert.Contains("own: kept", File.ReadAllText(FilePath), StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_would_stop_the_next_start_should_be_refused_and_nothing_written()
    {
        var before = File.ReadAllText(FilePath);
        var error = Assert.Throws<OperationError>(() => Set("""{"http_port": "zzz", "logging_level": "loud"}"""));
        Assert.Equal(400, error.Status);
        Assert.Contains("http.port is", error.Message, StringComparison.Ordinal);
        Assert.Contains("logging.level is", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(FilePath));
        Assert.False(Directory.Exists(Path.Combine(_root, "backup")));
    }

    [Fact]
    public void A_bad_value_should_be_refused_also_where_the_environment_hides_it()
    {
        _environment["HTTP_PORT"] = "9930";
        Assert.Throws<OperationError>(() => Set("""{"http_port": "zzz"}"""));
        Assert.Contains("environment HTTP_PORT", Assert.Single(Set("""{"http_port": 9931}""").Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_key_should_be_kept_with_a_warning_that_names_the_nearest()
    {
        var warning = Assert.Single(Set("""{"loging_level": "debug"}""").Warnings);
        Assert.Contains("logging_level", warning, StringComparison.Ordinal);
        Assert.Contains("loging", File.ReadAllText(FilePath), StringComparison.Ordinal);
    }

    [Fact]
    public void Routes_should_be_kept_as_given()
    {
        var store = Store();
        store.SetRoutes([JsonSerializer.SerializeToElement("ws://server-two:9933"), JsonSerializer.SerializeToElement(new { hostname = "three", port = 9940 })]);
        Assert.Equal(["\"ws://server-two:9933\"", "{\"hostname\":\"three\",\"port\":9940}"], store.Routes.Select(route => route.GetRawText()));
    }

    [Fact]
    public void The_whole_configuration_should_be_told_typed_with_unknown_keys()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer)) Store().Write(writer);
        var told = JsonDocument.Parse(buffer.ToArray()).RootElement;
        Assert.Equal(9933, told.GetProperty("replication").GetProperty("port").GetInt32());
        Assert.False(told.GetProperty("authentication").GetProperty("authorizeLocal").GetBoolean());
        Assert.Equal("kept", told.GetProperty("mine").GetProperty("own").GetString());
        Assert.Equal(_root, told.GetProperty("rootPath").GetString());
    }

    private string FilePath => Path.Combine(_root, "harperdb-config.yaml");

    private HarperConfigLoader Loader()
    {
        _environment["ROOTPATH"] = _root;
        return new HarperConfigLoader(_environment, []);
    }

    private ConfigurationStore Store() => new(Loader(), Loader().Load().Config!, TimeProvider.System);

    private Harper.Actors.Configuration.ConfigurationChange Set(string json) =>
        Store().Set(JsonDocument.Parse(json).RootElement.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, property.Value)));
}

using System.Text.Json;
using Harper.Host.CommandLine;
using Xunit;

namespace Harper.Tests.Host;

/// <summary>The tree of actors in a pipe: a line per actor that can be searched.</summary>
public sealed class ActorTreeViewSpecs
{
    [Fact]
    public void Piped_the_tree_should_be_one_whole_line_per_actor()
    {
        using var json = JsonDocument.Parse("""
            {"path":"node","name":"node","answered":true,"state":"running","restarts":0,"queued":0,"figures":{"databases":12345},"children":[
              {"path":"node/log","name":"log","answered":true,"state":"keeping","restarts":2,"queued":0,"figures":{"head":1.5,"trimmedTo":null},"children":[]},
              {"path":"node/commit","name":"commit","answered":false}]}
            """);
        using var output = new StringWriter { NewLine = "\n" };
        ActorTreeView.WritePlain(json.RootElement, output);
        Assert.Equal("node  running  databases 12,345\n  log  keeping  head 1.5  trimmedTo -  restarts 2\n  commit  did not answer\n", output.ToString());
    }
}

using System.Text;
using Harper.Core.Operations;
using Harper.Core.Permissions;
using Xunit;

namespace Harper.Tests.Core.Operations;

/// <summary>Invariant 9: a node in wrong hands lets nobody in on others, whatever it says that its operator asked for.</summary>
public sealed class NodeRequestsSpecs
{
    [Theory]
    [InlineData("""{"operation":"add_certificate","certificate":"x","is_authority":true}""")]
    [InlineData("""{"operation":"add_certificate","certificate":"x","is_authority":true,"uses":[]}""")]
    [InlineData("""{"operation":"add_certificate","certificate":"x","is_authority":true,"uses":null}""")]
    [InlineData("""{"operation":"add_certificate","certificate":"x","is_authority":true,"uses":"replication"}""")]
    [InlineData("""{"operation":"add_certificate","certificate":"x","is_authority":true,"uses":["operations"]}""")]
    [InlineData("""{"operation":"add_certificate","certificate":"x","is_authority":true,"uses":["replication","https"]}""")]
    [InlineData("""{"operation":"add_certificate","certificate":"x","is_authority":1,"uses":["https"]}""")]
    [InlineData("""{"operation":"set_configuration","authentication_authorizeLocal":true}""")]
    [InlineData("""{"operation":"set_configuration","logging_level":"warn","AUTHENTICATION_AUTHORIZELOCAL":true}""")]
    [InlineData("""{"operation":"set_configuration","authentication.authorizeLocal":true}""")]
    [InlineData("""{"operation":"set_configuration","authentication":{"authorizeLocal":true}}""")]
    [InlineData("""{"operation":"set_configuration","operationsApi_network_mtls_user":"admin"}""")]
    [InlineData("""{"operation":"set_configuration","http_mtls":true}""")]
    [InlineData("""{"operation":"set_configuration","tls_certificateAuthority":"x"}""")]
    [InlineData("""{"operation":"set_configuration","replication_routes":["x"]}""")]
    [InlineData("""{"operation":"set_configuration","replication_port":9933}""")]
    [InlineData("""{"operation":"set_configuration","bulkLoad_allowedNetworks":["127.0.0.0/8"]}""")]
    [InlineData("""{"operation":"set_configuration","logging_path":"/x"}""")]
    public void What_could_let_others_in_should_be_refused(string body) => Assert.NotNull(ProblemOf(body));

    [Theory]
    [InlineData("""{"operation":"add_certificate","certificate":"x","is_authority":true,"uses":["replication"]}""")]
    [InlineData("""{"operation":"add_certificate","certificate":"x","is_authority":false,"uses":["https"],"private_key":"y"}""")]
    [InlineData("""{"operation":"remove_certificate","name":"x"}""")]
    [InlineData("""{"operation":"set_configuration","logging_level":"warn","LOGGING_STDSTREAMS":true,"replicated":true}""")]
    [InlineData("""{"operation":"drop_table","table":"x"}""")]
    public void What_an_operator_does_to_all_nodes_should_pass(string body) => Assert.Null(ProblemOf(body));

    private static string? ProblemOf(string body)
    {
        var fields = OperationFields.ParseBody(Encoding.UTF8.GetBytes(body));
        return NodeRequests.ProblemOf(fields.Text("operation")!, fields);
    }
}

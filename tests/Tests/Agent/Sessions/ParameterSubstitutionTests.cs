using System.Text.Json;
using Postern.Agent.Sessions;
using Postern.Agent.Sessions.Documents;

namespace Postern.Tests.Agent.Sessions;

public sealed class ParameterSubstitutionTests
{
    private static string Apply(string document, string given, string declared = "{}")
        => new ParameterSubstitution(JsonElement.Parse(declared), JsonElement.Parse(given)).Apply(JsonElement.Parse(document)).GetRawText();

    [Theory]
    [InlineData("""{"a":"{{ x }}"}""", """{"x":"1"}""", """{"a":"1"}""")]
    [InlineData("""{"a":"{{x}}"}""", """{"x":["1","2"]}""", """{"a":["1","2"]}""")]
    [InlineData("""{"a":"to {{ x }} and {{y}}"}""", """{"x":"h","y":3}""", """{"a":"to h and 3"}""")]
    [InlineData("""{"a":["{{ x }}",{"b":"{{ x }}!"}]}""", """{"x":"v"}""", """{"a":["v",{"b":"v!"}]}""")]
    [InlineData("""{"a":"cost {{ x }}"}""", """{"x":"$$5"}""", """{"a":"cost $5"}""")]
    [InlineData("""{"a":"{{ x }}"}""", """{"x":"$$5"}""", """{"a":"$$5"}""")]
    [InlineData("""{"a":"{{ x }} {{ y }}"}""", """{"x":"{{ y }}","y":"z"}""", """{"a":"{{ y }} z"}""")]
    [InlineData("""{"a":"{{ unknown }} {{ b c }}"}""", """{"x":"1"}""", """{"a":"{{ unknown }} {{ b c }}"}""")]
    [InlineData("""{"a":"{{ x-y }}"}""", """{"x-y":"1"}""", """{"a":"{{ x-y }}"}""")]
    [InlineData("""{"a":1,"b":true,"c":null}""", "{}", """{"a":1,"b":true,"c":null}""")]
    public void Parameters_are_put_in(string document, string given, string expected) => Assert.Equal(expected, Apply(document, given));

    [Fact]
    public void Defaults_count_where_nothing_is_given()
        => Assert.Equal("""{"a":"80","b":"v"}""", Apply("""{"a":"{{ p }}","b":"{{ q }}"}""", """{"q":"v"}""", """{"p":{"type":"String","default":"80"},"q":{"type":"String","default":"w"}}"""));

    [Fact]
    public void A_document_that_grows_without_end_is_refused()
    {
        var many = "[" + string.Join(',', Enumerable.Repeat("\"{{ x }}\"", 2000)) + "]";
        var value = JsonSerializer.Serialize(new string('v', 2000));
        Assert.Throws<SessionFailedException>(() => Apply(many, $$"""{"x":{{value}}}"""));
    }
}

using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Relay.Failures;

namespace AioHub.Relay.Tests.Failures;

public sealed class DiscretionTests
{
    private static readonly Channel Channel = new()
    {
        Id = new ChannelId(1), Name = "c", Type = ChannelType.OpenAiCompatible, BaseUrl = new Uri("https://gateway.inner.example:8443/v1"),
        Credentials = [new Credential(new CredentialId(1), "a", "sk-first"), new Credential(new CredentialId(2), "b", "sk-second")],
    };

    [Theory]
    [InlineData("Could not reach https://gateway.inner.example:8443/v1/chat?x=1 now", "Could not reach [upstream] now")]
    [InlineData("host GATEWAY.inner.example refused", "host [upstream] refused")]
    [InlineData("key sk-second of org-AbCdEf012345 is over", "key [credential] of [upstream] is over")]
    [InlineData("project proj_0123456789ab has no access", "project [upstream] has no access")]
    [InlineData("User: arn:aws:iam::123456789012:user/hub is not authorized", "User: [upstream] is not authorized")]
    [InlineData("Account 123456789012 is suspended", "Account [upstream] is suspended")]
    [InlineData("Consumer 'project number 123456789012' exceeded", "Consumer 'project number [upstream]' exceeded")]
    [InlineData("Write to billing@vendor.example please", "Write to [upstream] please")]
    public void What_tells_of_the_hubs_account_is_hidden_from_callers_and_kept_for_operators(string said, string shown)
    {
        var failure = Discretion.For(Channel).Over(new Failure(500, "upstream_error", said));
        failure.Message.ShouldBe(shown);
        failure.Detail.ShouldNotBeNull().ShouldNotContain("sk-");
        Discretion.For(Channel).IsNeededFor(System.Text.Encoding.UTF8.GetBytes("{\"error\":{\"message\":\"" + said + "\"}}")).ShouldBeTrue();
    }

    [Theory]
    [InlineData("messages: too long, 200000 > 100000")]
    [InlineData("See https://platform.vendor.example/docs for limits")]
    [InlineData("Unknown parameter: 'organization'. 123456 tokens")]
    [InlineData("organ-isation of words")]
    public void Other_words_stay_as_they_are(string said)
    {
        var failure = new Failure(500, "upstream_error", said);
        Discretion.For(Channel).Over(failure).ShouldBeSameAs(failure);
        Discretion.For(Channel).IsNeededFor(System.Text.Encoding.UTF8.GetBytes(said)).ShouldBeFalse();
    }
}

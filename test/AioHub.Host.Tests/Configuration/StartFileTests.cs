using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;

namespace AioHub.Host.Tests.Configuration;

/// <summary>The file that a server is started with is applied when it, what it names, or the configuration changed, and else left alone.</summary>
public sealed class StartFileTests
{
    private const string File = """
        version: 1
        channels:
          - name: kiro-main
            type: openai-compatible
            base_url: http://127.0.0.1:9/v1
            allow_private_network: true
            credentials: [{ name: a, secret: "${KIRO_A}" }]
        groups:
          - { name: openai, multiplier: 0.5 }
        """;

    [Fact]
    public async Task The_same_file_is_applied_once()
    {
        await using var world = await ConfigurationWorld.OpenAsync();

        (await world.StartWithAsync(File)).ShouldBeTrue();
        (await world.StartWithAsync(File)).ShouldBeFalse();
        (await world.StartWithAsync(File)).ShouldBeFalse();
        (await world.GroupAsync("openai")).Multiplier.ShouldBe(0.5m);
    }

    [Fact]
    public async Task What_somebody_changed_meanwhile_is_put_back()
    {
        await using var world = await ConfigurationWorld.OpenAsync();
        await world.StartWithAsync(File);
        await world.Home.Groups.UpsertAsync(new GroupDraft { Name = "openai", Multiplier = 2m });

        (await world.StartWithAsync(File)).ShouldBeTrue();

        (await world.GroupAsync("openai")).Multiplier.ShouldBe(0.5m);
        (await world.StartWithAsync(File)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_change_of_users_counts_as_one()
    {
        await using var world = await ConfigurationWorld.OpenAsync();
        await world.StartWithAsync(File);
        await world.Home.Identity.CreateUserAsync(new UserDraft { Email = "ann@example.com", Role = Role.User });

        (await world.StartWithAsync(File)).ShouldBeTrue();
    }

    [Fact]
    public async Task Another_text_or_another_value_of_a_variable_is_another_file()
    {
        await using var world = await ConfigurationWorld.OpenAsync();
        await world.StartWithAsync(File);

        (await world.StartWithAsync(File + "\n# a remark\n")).ShouldBeTrue();
        world.Environment["KIRO_A"] = "kiro-secret-9876543210";
        (await world.StartWithAsync(File + "\n# a remark\n")).ShouldBeTrue();
        (await world.StartWithAsync(File + "\n# a remark\n")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_file_that_was_refused_is_refused_again()
    {
        await using var world = await ConfigurationWorld.OpenAsync();
        await world.StartWithAsync(File);
        var wrong = File + "\nkeys: nonsense\n";

        await Should.ThrowAsync<AdminException>(() => world.StartWithAsync(wrong));
        await Should.ThrowAsync<AdminException>(() => world.StartWithAsync(wrong));
    }

    [Fact]
    public async Task The_note_tells_nothing_of_the_secrets_and_is_not_exported()
    {
        await using var world = await ConfigurationWorld.OpenAsync();
        await world.StartWithAsync(File);

        (await world.ExportAsync()).ShouldNotContain("applied_file");
    }
}

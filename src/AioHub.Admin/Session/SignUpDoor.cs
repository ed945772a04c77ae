using AioHub.Core.Identity.SignIn;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;

namespace AioHub.Admin.Session;

/// <summary>Who may sign up: as file or environment say, else as owners set it; and what they find when they are in.</summary>
internal sealed class SignUpDoor(SignInSettings options, EntryAdmin entry, LedgerBook ledger)
{
    /// <summary>File or environment say it.</summary>
    public bool IsFixed => options.SignUp is not null;

    public SignUpMode Of(EntrySettings set) => options.SignUp ?? set.SignUp ?? SignUpMode.Invite;

    public async Task<SignUpMode> ModeAsync(CancellationToken cancellation) => options.SignUp ?? Of(await entry.ReadAsync(cancellation));

    /// <summary>Puts the start balance into the wallet of who has just signed up: once for each user, whatever is repeated.</summary>
    public async Task WelcomeAsync(UserId user, CancellationToken cancellation)
    {
        var start = (await entry.ReadAsync(cancellation)).StartBalance;
        if (start > NanoUsd.Zero)
        {
            await ledger.TopUpAsync(AccountRef.Wallet(user), start, new EntryNote("starting balance", "system") { Key = $"start:{user.Value}" }, cancellation);
        }
    }
}

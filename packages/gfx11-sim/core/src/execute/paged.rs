//! A value for each word of the image, kept for the pages that are used.

use super::program::PAGE_WORDS;

#[derive(Clone, Debug)]
pub(crate) struct Paged<T> {
    pages: Vec<Option<Box<[T; PAGE_WORDS]>>>,
}

impl<T> Default for Paged<T> {
    fn default() -> Paged<T> {
        Paged { pages: Vec::new() }
    }
}

impl<T: Copy + Default> Paged<T> {
    /// The value of a word.
    #[inline(always)]
    pub fn at(&mut self, word: u32) -> &mut T {
        let (number, offset) = (word as usize / PAGE_WORDS, word as usize % PAGE_WORDS);
        if self.pages.get(number).is_none_or(Option::is_none) {
            self.add(number);
        }
        &mut self.pages[number].get_or_insert_with(|| Box::new([T::default(); PAGE_WORDS]))[offset]
    }

    #[cold]
    fn add(&mut self, number: usize) {
        self.page(number);
    }

    fn page(&mut self, number: usize) -> &mut Box<[T; PAGE_WORDS]> {
        if self.pages.len() <= number {
            self.pages.resize(number + 1, None);
        }
        self.pages[number].get_or_insert_with(|| Box::new([T::default(); PAGE_WORDS]))
    }

    /// Takes a page out, or gives an empty one.
    pub fn take(&mut self, number: usize) -> Box<[T; PAGE_WORDS]> {
        let kept = self.pages.get_mut(number).and_then(Option::take);
        kept.unwrap_or_else(|| Box::new([T::default(); PAGE_WORDS]))
    }

    /// Puts a page back in.
    pub fn put(&mut self, number: usize, page: Box<[T; PAGE_WORDS]>) {
        if self.pages.len() <= number {
            self.pages.resize(number + 1, None);
        }
        self.pages[number] = Some(page);
    }

    /// Adds the values of another.
    pub fn merge(&mut self, other: &Paged<T>, add: impl Fn(&mut T, &T)) {
        for (number, theirs) in other.pages.iter().enumerate() {
            if let Some(theirs) = theirs {
                self.page(number).iter_mut().zip(theirs.iter()).for_each(|(mine, theirs)| add(mine, theirs));
            }
        }
    }

    /// Word and value of all words of the pages that are used.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        let used = self.pages.iter().enumerate().filter_map(|(number, page)| Some((number, page.as_ref()?)));
        used.flat_map(|(number, page)| {
            page.iter().enumerate().map(move |(offset, value)| ((number * PAGE_WORDS + offset) as u32, value))
        })
    }

    /// The value of a word, if its page is used.
    pub fn get(&self, word: u32) -> Option<&T> {
        Some(&self.pages.get(word as usize / PAGE_WORDS)?.as_ref()?[word as usize % PAGE_WORDS])
    }
}
